package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"text/tabwriter"

	"github.com/gin-gonic/gin"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// tokenCommand is `fujin token`. Its commands work in the database, or through the server that holds it.
type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make a key and print it, once."`
	List   tokenListCommand   `cmd:"" help:"List keys, without the keys themselves."`
	Revoke tokenRevokeCommand `cmd:"" help:"Make a key worthless, at once."`
}

// tokenCreateCommand is `fujin token create`.
type tokenCreateCommand struct {
	Org  string `required:"" placeholder:"ORG" help:"Organisation that the key acts for: a-z, 0-9, _ and -. Its first key makes it."`
	Role string `required:"" enum:"reader,reviewer,publisher" placeholder:"ROLE" help:"What the key may do: reader, reviewer or publisher."`
	Note string `placeholder:"TEXT" help:"What the key is for, to be shown by fujin token list."`
}

// Help shows how the command is used.
func (*tokenCreateCommand) Help() string {
	return `Prints the key alone on standard output and keeps only its hash: a key that was lost cannot be shown again.
reader sees drafts, reviewer also approves and rejects them, publisher also uploads, edits and publishes.

Examples:

    fujin token create --org nanchang --role publisher --note "spreadsheets of the parks office"
    KEY=$(fujin token create --org nanchang --role reader)
    curl -H "Authorization: Bearer $KEY" http://localhost:8080/v1/session`
}

// tokenOrder asks a running server for a key.
type tokenOrder struct {
	Org  string   `json:"org"`
	Role org.Role `json:"role"`
	Note string   `json:"note"`
}

// tokenMade is the answer.
type tokenMade struct {
	Key string `json:"key"`
}

// Run makes the key.
func (c *tokenCreateCommand) Run(ctx context.Context, g *Globals) error {
	order := tokenOrder{Org: c.Org, Role: org.Role(c.Role), Note: c.Note}
	var made tokenMade
	err := g.withOrgs(ctx, "/local/tokens/create", order, &made, func(orgs *org.Service) (err error) {
		made.Key, _, err = orgs.CreateToken(ctx, order.Org, order.Role, order.Note)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(g.Stdout, made.Key)
	return err
}

// tokenListCommand is `fujin token list`.
type tokenListCommand struct {
	Org string `placeholder:"ORG" help:"Organisation whose keys to list; all by default."`
}

// Run lists the keys.
func (c *tokenListCommand) Run(ctx context.Context, g *Globals) error {
	var tokens []org.Token
	err := g.withOrgs(ctx, "/local/tokens/list", tokenOrder{Org: c.Org}, &tokens, func(orgs *org.Service) (err error) {
		tokens, err = orgs.Tokens(ctx, c.Org)
		return err
	})
	if err != nil {
		return err
	}
	const day = "2006-01-02"
	table := tabwriter.NewWriter(g.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tORG\tROLE\tCREATED\tREVOKED\tNOTE")
	for _, t := range tokens {
		revoked := "-"
		if t.RevokedAt != nil {
			revoked = t.RevokedAt.Format(day)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Org, t.Role, t.CreatedAt.Format(day), revoked, t.Note)
	}
	return table.Flush()
}

// tokenRevokeCommand is `fujin token revoke ID`.
type tokenRevokeCommand struct {
	ID string `arg:"" help:"Id of the key, as fujin token list shows it."`
}

// tokenRef names a key.
type tokenRef struct {
	ID string `json:"id"`
}

// Run revokes the key.
func (c *tokenRevokeCommand) Run(ctx context.Context, g *Globals) error {
	return g.withOrgs(ctx, "/local/tokens/revoke", tokenRef{c.ID}, nil, func(orgs *org.Service) error {
		return orgs.Revoke(ctx, c.ID)
	})
}

// withOrgs calls do with the organisations of the database, or sends the order to the server that holds it.
func (g *Globals) withOrgs(ctx context.Context, path string, order, answer any, do func(*org.Service) error) error {
	err := g.withTables(ctx, func(_ *kernel.DB, all *services) error { return do(all.orgs) })
	if errors.Is(err, kernel.ErrLocked) {
		return g.askServer(ctx, path, order, answer)
	}
	return err
}

// mountLocalTokens adds the same for the local administrator of a running server.
func mountLocalTokens(r gin.IRouter, orgs *org.Service) {
	r.POST("/local/tokens/create", localOnly(func(c *gin.Context) error {
		order, err := decode[tokenOrder](c)
		if err != nil {
			return err
		}
		key, _, err := orgs.CreateToken(c.Request.Context(), order.Org, order.Role, order.Note)
		if err == nil {
			c.JSON(http.StatusOK, tokenMade{key})
		}
		return err
	}))
	r.POST("/local/tokens/list", localOnly(func(c *gin.Context) error {
		order, err := decode[tokenOrder](c)
		if err != nil {
			return err
		}
		tokens, err := orgs.Tokens(c.Request.Context(), order.Org)
		if err == nil {
			c.JSON(http.StatusOK, tokens)
		}
		return err
	}))
	r.POST("/local/tokens/revoke", localOnly(func(c *gin.Context) error {
		ref, err := decode[tokenRef](c)
		if err == nil {
			err = orgs.Revoke(c.Request.Context(), ref.ID)
		}
		if err == nil {
			c.Status(http.StatusNoContent)
		}
		return err
	}))
}

// decode reads an order.
func decode[T any](c *gin.Context) (order T, err error) {
	if err := json.NewDecoder(c.Request.Body).Decode(&order); err != nil {
		return order, errs.New(errs.Invalid, "the order cannot be read").Because(err)
	}
	return order, nil
}
