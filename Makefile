# Fujin. `make` lists what there is to make; `make run` and `make test` need nothing done before them.

DATA    ?= ./data
GO      ?= go
WEB     := api/web
FUZZTIME ?= 20s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# One PostgreSQL server for all test programs of a run.
WITH_POSTGRES := $(GO) run ./services/platform/kernel/dbtest/withpostgres
# Where the sources of the page are; what npm and the build make is left out.
WEB_SOURCES := $(shell find $(WEB) \( -name node_modules -o -name dist -o -name e2e \) -prune -o -type f ! -name '*.go' -print 2>/dev/null) datasets/categories.json

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build web sample test test-go test-web race fuzz lint bench bench-go setup clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build sample ## build, load 20,000 sample facilities into ./data if it is new, and serve
	exec bin/fujin serve --data $(DATA)

build: web ## build bin/fujin with the page inside
	CGO_ENABLED=1 $(GO) build -o bin/fujin ./cmd/fujin

sample: build ## load the sample facilities into a new data folder
	@sh .make/sample.sh $(DATA)

web: $(WEB)/dist/index.html ## build the page

$(WEB)/dist/index.html: $(WEB)/node_modules/.package-lock.json $(WEB_SOURCES)
	npm --prefix $(WEB) run build
	@touch $@

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	@sh .make/node.sh
	npm --prefix $(WEB) ci --no-audit --no-fund --loglevel=error
	@touch $@

test: ## install what the tests need, then vet and run all of them
	@sh .make/setup.sh test
	@$(MAKE) --no-print-directory test-web
	@$(MAKE) --no-print-directory test-go

test-go: ## the Go tests alone, on SQLite and PostgreSQL
	$(GO) vet ./...
	$(WITH_POSTGRES) $(GO) test ./...

test-web: build ## the page: types, units, and played through in a browser
	npm --prefix $(WEB) run test

race: ## the Go tests under the race detector
	$(WITH_POSTGRES) $(GO) test -race ./...

fuzz: ## every fuzz test for FUZZTIME (20s) each
	@sh .make/fuzz.sh $(FUZZTIME)

lint: ## gofmt, vet, staticcheck
	@unformatted=$$(gofmt -l $$($(GO) list -f '{{.Dir}}' ./...)); \
		if [ -n "$$unformatted" ]; then echo "not formatted:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) test -run 'TestHouse|TestWalls' ./cmd/fujin

bench: build ## a million facilities beside Redis and PostGIS: the table of the README
	@sh .make/setup.sh bench
	bin/fujin bench nearby

bench-go: ## the Go benchmarks of every package
	$(WITH_POSTGRES) $(GO) test -run '^$$' -bench . -benchmem ./...

setup: ## install everything that tests and benchmarks use (root, apt)
	@sh .make/setup.sh bench

clean: ## remove what was built; data stays
	rm -rf bin .cache $(WEB)/node_modules
	find $(WEB)/dist -mindepth 1 ! -name placeholder.html -delete
