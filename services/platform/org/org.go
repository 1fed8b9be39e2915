// Package org knows who acts: organisations, the keys by which programs and people act for them, and the sessions of
// browsers in which a key was entered.
//
// A route that needs to know puts Identify (gin) or IdentifyHuma in front and asks Require:
//
//	if err := org.Require(ctx, dataset.Org, org.Publisher); err != nil {
//		return err
//	}
//
// Keys are 130 random bits, so that a plain SHA-256 is all the database needs to hold: there is nothing to guess, and
// nobody who reads the database or a backup can act with what is in it. Every request looks its key up, which costs
// some microseconds beside whatever it came for; in return a revoked key is refused by all servers from then on.
package org

import (
	"context"
	"embed"
	"regexp"
	"slices"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

//go:embed migrations
var migrations embed.FS

// Role says what a key may do in its organisation. Every role may do what Reader may.
type Role string

// The roles. Administrator is never given to a key: it is whoever can open the socket in the data folder, and so could
// open the database itself.
const (
	Reader        Role = "reader"    // sees what is not public yet
	Reviewer      Role = "reviewer"  // approves and rejects
	Publisher     Role = "publisher" // uploads, edits, publishes
	Administrator Role = "administrator"
)

// Principal is who acts in a request.
type Principal struct {
	KeyID string // of the Token; "" for the administrator
	Org   string // "" for the administrator
	Role  Role
}

// Token is a key as its owner may see it later: without the key.
type Token struct {
	ID        string     `json:"id"`
	Org       string     `json:"org"`
	Role      Role       `json:"role"`
	Note      string     `json:"note,omitempty"` // what it is for, in the words of whoever made it
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

const (
	maxNote     = 200            // characters
	sessionTime = 12 * time.Hour // a working day; then the key is entered again
)

// Validate names what is wrong with a key to be made.
func (t Token) Validate() error {
	err := errs.New(errs.Invalid, "")
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`).MatchString(t.Org) {
		err = err.WithField("org", "malformed", "must be 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit")
	}
	if !slices.Contains([]Role{Reader, Reviewer, Publisher}, t.Role) {
		err = err.WithField("role", "not_one_of", "must be one of reader, reviewer, publisher")
	}
	if len([]rune(t.Note)) > maxNote {
		err = err.WithField("note", "too_long", "must have at most %d characters", maxNote)
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

// Options say where the service stands.
type Options struct {
	// PublicURL is the address under which people reach this server: a state-changing request with a session's cookie
	// must come from a page of it, and the cookie is Secure when it is https.
	PublicURL string
	// LocalAdmin tells whether a request came through the data folder's socket.
	LocalAdmin func(context.Context) bool
}

// Service keeps organisations, keys and sessions.
type Service struct {
	db       *kernel.DB
	options  Options
	attempts *attempts
}

// New prepares the tables.
func New(ctx context.Context, db *kernel.DB, options Options) (*Service, error) {
	if err := db.Migrate(ctx, "org", migrations); err != nil {
		return nil, err
	}
	return &Service{db: db, options: options, attempts: newAttempts(db.Now)}, nil
}

type principalKey struct{}

// With marks a context as that of p's doing.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From tells who acts, false when nobody has said: an anonymous request.
func From(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(Principal)
	return p, ok
}

// Require returns nil if the request's principal may do in the organisation org what takes one of roles (none: any role).
// Otherwise kind Unauthenticated when nobody has said who acts, NotFound when the thing is another organisation's, whose
// very existence is not theirs to know, Forbidden when the role does not suffice. To let strangers not tell a thing
// that is not theirs from one that does not exist, give both the same message.
func Require(ctx context.Context, org string, roles ...Role) error {
	p, ok := From(ctx)
	switch {
	case !ok:
		return errs.New(errs.Unauthenticated, "this needs a key: send it as Authorization: Bearer KEY, or sign in")
	case p.Role == Administrator:
		return nil
	case p.Org != org || org == "":
		return errs.New(errs.NotFound, "not found")
	case len(roles) == 0 || slices.Contains(roles, Reader) || slices.Contains(roles, p.Role):
		return nil
	default:
		return errs.New(errs.Forbidden, "a key with the role %s may not do this; it takes %s", p.Role, anyOf(roles))
	}
}

func anyOf(roles []Role) string {
	text := string(roles[0])
	for _, r := range roles[1:] {
		text += " or " + string(r)
	}
	return text
}
