package org

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

// The marks by which a secret is recognized, by people and by scanners that look for leaked ones.
const (
	keyPrefix     = "fjn_"
	sessionPrefix = "fjs_"
)

// newSecret makes a secret nobody can guess.
func newSecret(prefix string) string { return prefix + rand.Text() }

// fingerprint is what the database keeps of a secret.
func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// CreateToken makes a key for an organisation, and the organisation with its first key. The secret is the key; nobody
// can find it out later.
func (s *Service) CreateToken(ctx context.Context, org string, role Role, note string) (secret string, t Token, err error) {
	t = Token{ID: s.db.NewID(), Org: org, Role: role, Note: strings.TrimSpace(note), CreatedAt: s.db.Now()}
	if err := t.Validate(); err != nil {
		return "", Token{}, err
	}
	secret = newSecret(keyPrefix)
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := insertOrganisation(ctx, tx, org, t.CreatedAt); err != nil {
			return err
		}
		if err := insertToken(ctx, tx, t, fingerprint(secret)); err != nil {
			return err
		}
		return tx.Emit(ctx, "org.token_created", t.ID, map[string]any{"org": org, "role": role})
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, t, nil
}

// Tokens lists the keys of an organisation, of all with "", oldest first; revoked ones too, since what they did remains.
func (s *Service) Tokens(ctx context.Context, org string) ([]Token, error) {
	return selectTokens(ctx, s.db.Reader(), org)
}

// Revoke makes a key worthless and ends its sessions. Revoking again changes nothing. Kind NotFound without such a key.
func (s *Service) Revoke(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		revoked, err := revokeToken(ctx, tx, id, tx.Now())
		if err != nil {
			return err
		}
		if !revoked {
			_, err := selectToken(ctx, tx, id) // it was revoked already, if it exists
			if errs.KindOf(err) == errs.NotFound {
				return errs.New(errs.NotFound, "there is no key %s; fujin token list shows them", id).Because(err)
			}
			return err
		}
		if err := deleteSessionsOf(ctx, tx, id); err != nil {
			return err
		}
		return tx.Emit(ctx, "org.token_revoked", id, nil)
	})
}

// errKey answers a key that is wrong, unknown or revoked alike.
func errKey() error {
	return errs.New(errs.Unauthenticated, "the key is not valid; fujin token create makes a new one").WithCode("invalid_key")
}

// authenticate finds who acts with a key: kind Unauthenticated, code "invalid_key", when nobody may.
func (s *Service) authenticate(ctx context.Context, key string) (Principal, error) {
	if !strings.HasPrefix(key, keyPrefix) {
		return Principal{}, errKey()
	}
	p, err := principalOfKey(ctx, s.db.Reader(), fingerprint(key))
	if errs.KindOf(err) == errs.NotFound {
		return Principal{}, errKey()
	}
	return p, err
}

// session is who acts in a browser, and until when.
type session struct {
	Principal
	expiresAt time.Time
}

// openSession exchanges a key for the value of a cookie.
func (s *Service) openSession(ctx context.Context, key string) (secret string, opened session, err error) {
	p, err := s.authenticate(ctx, key)
	if err != nil {
		return "", session{}, err
	}
	secret = newSecret(sessionPrefix)
	opened = session{p, s.db.Now().Add(sessionTime)}
	err = s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		if err := deleteSessionsBefore(ctx, tx, tx.Now()); err != nil {
			return err
		}
		return insertSession(ctx, tx, fingerprint(secret), p.KeyID, opened.expiresAt)
	})
	return secret, opened, err
}

// resume finds the session of a cookie: kind NotFound when it has ended, or its key was revoked.
func (s *Service) resume(ctx context.Context, secret string) (session, error) {
	if !strings.HasPrefix(secret, sessionPrefix) {
		return session{}, errs.New(errs.NotFound, "no session")
	}
	return selectSession(ctx, s.db.Reader(), fingerprint(secret), s.db.Now())
}

// closeSession ends a session, if there is one.
func (s *Service) closeSession(ctx context.Context, secret string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		return deleteSession(ctx, tx, fingerprint(secret))
	})
}
