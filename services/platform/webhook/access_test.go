package webhook_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/org"
	"fujin/services/platform/webhook"
)

// TestEveryRouteAsksWhoActs takes the routes from the API's own document, so that one that is added later is asked too.
func TestEveryRouteAsksWhoActs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), nil, webhook.Options{})
		owner := s.key("red", org.Publisher)
		r := receive(t)
		made := s.subscribe(owner, r.URL, "")
		s.ask(owner, "POST", "/v1/webhooks/"+made.ID+"/test", "", 202, nil)
		message := s.eventually(owner, made.ID, "the test", func(d delivery) bool { return d.State == "delivered" })
		revoked, token, err := s.orgs.CreateToken(t.Context(), "red", org.Publisher, "")
		if err == nil {
			err = s.orgs.Revoke(t.Context(), token.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		strangers := map[string]string{"anonymous": "", "revoked": revoked, "another organisation": s.key("blue", org.Publisher),
			"reader": s.key("red", org.Reader), "reviewer": s.key("red", org.Reviewer)}
		asked := 0
		for path, item := range s.doc.Paths {
			if !strings.HasPrefix(path, "/v1/webhooks") {
				continue
			}
			for method, op := range map[string]any{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "DELETE": item.Delete, "PUT": item.Put} {
				if fmt.Sprint(op) == "<nil>" {
					continue
				}
				target := strings.NewReplacer("{id}", made.ID, "{delivery}", message.ID).Replace(path)
				body := ""
				switch method + " " + path {
				case "POST /v1/webhooks":
					body = `{"url":"https://receiver.example"}`
				case "PATCH /v1/webhooks/{id}":
					body = `{"state":"paused"}`
				}
				for who, key := range strangers {
					asked++
					w := s.send(key, method, target, body)
					if want := expected(who, method, path); w.Code != want {
						t.Errorf("%s: %s %s: %d %s, want %d", who, method, path, w.Code, w.Body, want)
					}
					if strings.Contains(w.Body.String(), made.Secret) {
						t.Errorf("%s: %s %s: the answer holds the secret: %s", who, method, path, w.Body)
					}
					if who == "another organisation" && strings.Contains(w.Body.String(), r.URL) {
						t.Errorf("%s sees the address: %s", who, w.Body)
					}
				}
			}
		}
		if asked != 9*len(strangers) {
			t.Errorf("%d questions were asked: does the document list all routes?", asked)
		}
		var still hook
		s.ask(owner, "GET", "/v1/webhooks/"+made.ID, "", 200, &still)
		if still.State != "active" {
			t.Errorf("somebody changed it: %+v", still)
		}
	})
}

// expected is the status that somebody who may not is answered with.
func expected(who, method, path string) int {
	switch {
	case who == "anonymous" || who == "revoked":
		return http.StatusUnauthorized
	case who == "another organisation" && path == "/v1/webhooks":
		return map[string]int{"GET": http.StatusOK, "POST": http.StatusCreated}[method] // their own
	case who == "another organisation":
		return http.StatusNotFound
	case method == "GET":
		return http.StatusOK
	default:
		return http.StatusForbidden
	}
}

// journal is a log in memory, at the level that tells most.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// TestSecretsStayWhereTheyBelong sends keys, secrets and an address with a secret in it through every place where they
// may go, and looks for them in the log, the outbox and the jobs.
func TestSecretsStayWhereTheyBelong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		log := new(journal)
		db := open()
		s := serve(t, db, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), webhook.Options{Schedule: hasty()})
		key, r := s.key("red", org.Publisher), receive(t)
		const canary = "canary7Q3kPz"
		made := s.subscribe(key, r.URL+"/in?token="+canary, "")
		gone := s.subscribe(key, "http://127.0.0.1:1/in?token="+canary, "")
		r.answers(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
		s.emit("oak", tree{})
		for _, id := range []string{made.ID, gone.ID} {
			if d := s.eventually(key, id, "the end", func(d delivery) bool { return d.State == "failed" }); d.Error == "" || strings.Contains(d.Error, canary) {
				t.Errorf("%+v", d)
			}
		}
		wrong := "fjn_" + strings.Repeat("W", 26)
		s.send(wrong, "GET", "/v1/webhooks", "")
		s.send("", "POST", "/v1/session", `{"key":"`+wrong+`"}`)
		s.send("", "POST", "/v1/session", `{"kay":"`+wrong+`"}`)
		s.send(key, "POST", "/v1/webhooks", `{"url":"ftp://x/?`+canary+`"}`)
		w := s.send("", "POST", "/v1/session", `{"key":"`+key+`"}`)
		session := w.Result().Cookies()[0].Value
		var renewed struct{ Secret string }
		s.ask(key, "POST", "/v1/webhooks/"+made.ID+"/secret", "", 200, &renewed)
		s.ask(key, "DELETE", "/v1/webhooks/"+gone.ID, "", 204, nil)
		s.stop()

		var places strings.Builder
		places.WriteString(log.String())
		for _, query := range []string{`SELECT topic || ref || payload FROM outbox`, `SELECT hash || note FROM org_token`, `SELECT hash FROM org_session`,
			`SELECT CAST(args AS text) || coalesce(CAST(errors AS text), '') || CAST(metadata AS text) FROM river_job`} {
			texts(t, db, query, &places)
		}
		all := places.String()
		if !strings.Contains(all, "webhook.created") || !strings.Contains(all, "route=/v1/session") || !strings.Contains(all, `"series"`) {
			t.Fatalf("the places were not searched:\n%s", all)
		}
		for name, secret := range map[string]string{"the receiver's secret": canary, "the signing secret": made.Secret, "the new signing secret": renewed.Secret,
			"the key": key, "a wrong key": wrong, "the session": session} {
			if i := strings.Index(all, strings.TrimPrefix(secret, "whsec_")); i >= 0 || secret == "" {
				t.Errorf("%s is told: …%s…", name, all[max(0, i-100):min(len(all), i+100)])
			}
		}
	})
}

// texts reads a column of texts.
func texts(t *testing.T, db *kernel.DB, query string, into *strings.Builder) {
	t.Helper()
	if err := db.Read(context.WithoutCancel(t.Context()), func(q kernel.Queryer) error {
		rows, err := q.QueryContext(t.Context(), query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			into.WriteString(text + "\n")
		}
		return rows.Err()
	}); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
