package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"fujin/api"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// One process owns a SQLite database. A command that finds it owned asks the owner, through the socket in the data
// folder, to do the work: the routes below, which exist for nobody else.

type backupOrder struct {
	File string `json:"file"` // absolute
}

type checkReport struct {
	Faults []string `json:"faults"`
}

// mountLocal adds the routes of the local administrator.
func mountLocal(r gin.IRouter, db *kernel.DB, all *services) {
	r.POST("/local/backup", localOnly(func(c *gin.Context) error {
		var order backupOrder
		if err := json.NewDecoder(c.Request.Body).Decode(&order); err != nil {
			return errs.New(errs.Invalid, "the order cannot be read").Because(err)
		}
		if err := db.Backup(c.Request.Context(), order.File); err != nil {
			return shown(err)
		}
		c.Status(http.StatusNoContent)
		return nil
	}))
	r.POST("/local/check", localOnly(func(c *gin.Context) error {
		faults, err := all.check(c.Request.Context(), db)
		if err != nil {
			return shown(err)
		}
		c.JSON(http.StatusOK, checkReport{faults})
		return nil
	}))
	mountLocalTokens(r, all.orgs)
}

// localOnly hides a route from everybody but the local administrator, who may wait for it as long as it takes.
func localOnly(do func(c *gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !api.IsLocalAdmin(c.Request.Context()) {
			_ = c.Error(errs.New(errs.NotFound, "there is nothing at this address; /docs lists what there is"))
			return
		}
		if err := http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{}); err != nil {
			_ = c.Error(err)
			return
		}
		if err := do(c); err != nil {
			_ = c.Error(err)
		}
	}
}

// shown lets the text of any error out: the local administrator may read the database, so also what it says.
func shown(err error) error {
	if errs.KindOf(err) != errs.Internal {
		return err
	}
	return errs.New(errs.Unprocessable, "%s", err).WithCode("failed").Because(err)
}

// askServer sends an order to the server that holds the data and reads its answer into answer, if that is not nil.
func (g *Globals) askServer(ctx context.Context, path string, order, answer any) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://local"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := g.LocalClient().Do(request)
	if err != nil {
		return fmt.Errorf("the data is in use by another process, which does not answer at %s: %w", g.Socket(), errors.Unwrap(err))
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		var problem api.Problem
		if err := json.NewDecoder(response.Body).Decode(&problem); err != nil || problem.Detail == "" {
			return fmt.Errorf("the running server answered %s", response.Status)
		}
		return &problem
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
