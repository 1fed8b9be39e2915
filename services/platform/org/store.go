package org

import (
	"context"
	"database/sql"
	"time"

	"fujin/services/platform/kernel"
)

const tokenColumns = `id, org, role, note, created_at, revoked_at`

func insertOrganisation(ctx context.Context, q kernel.Queryer, id string, at time.Time) error {
	_, err := q.ExecContext(ctx, `INSERT INTO organisation (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`,
		id, at.UnixMilli())
	return err
}

func insertToken(ctx context.Context, q kernel.Queryer, t Token, hash string) error {
	_, err := q.ExecContext(ctx, `INSERT INTO org_token (id, org, role, note, hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.ID, t.Org, string(t.Role), t.Note, hash, t.CreatedAt.UnixMilli())
	return err
}

func scanToken(scan func(...any) error) (t Token, err error) {
	var created int64
	var revoked sql.NullInt64
	if err := scan(&t.ID, &t.Org, &t.Role, &t.Note, &created, &revoked); err != nil {
		return t, kernel.Classify(err)
	}
	t.CreatedAt = time.UnixMilli(created).UTC()
	if revoked.Valid {
		at := time.UnixMilli(revoked.Int64).UTC()
		t.RevokedAt = &at
	}
	return t, nil
}

func selectToken(ctx context.Context, q kernel.Queryer, id string) (Token, error) {
	return scanToken(q.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM org_token WHERE id = $1`, id).Scan)
}

// selectTokens lists the tokens of an organisation, of all with "".
func selectTokens(ctx context.Context, q kernel.Queryer, org string) ([]Token, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+tokenColumns+` FROM org_token WHERE org = $1 OR $1 = '' ORDER BY org, id`, org)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Token{}
	for rows.Next() {
		t, err := scanToken(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, kernel.Classify(rows.Err())
}

// revokeToken tells whether the token was valid until now.
func revokeToken(ctx context.Context, q kernel.Queryer, id string, at time.Time) (bool, error) {
	res, err := q.ExecContext(ctx, `UPDATE org_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, at.UnixMilli())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func principalOfKey(ctx context.Context, q kernel.Queryer, hash string) (p Principal, err error) {
	err = q.QueryRowContext(ctx, `SELECT id, org, role FROM org_token WHERE hash = $1 AND revoked_at IS NULL`, hash).
		Scan(&p.KeyID, &p.Org, &p.Role)
	return p, kernel.Classify(err)
}

func insertSession(ctx context.Context, q kernel.Queryer, hash, token string, expires time.Time) error {
	_, err := q.ExecContext(ctx, `INSERT INTO org_session (hash, token, expires_at) VALUES ($1, $2, $3)`, hash, token, expires.UnixMilli())
	return err
}

func selectSession(ctx context.Context, q kernel.Queryer, hash string, now time.Time) (found session, err error) {
	var expires int64
	err = q.QueryRowContext(ctx, `SELECT t.id, t.org, t.role, s.expires_at FROM org_session s JOIN org_token t ON t.id = s.token
		WHERE s.hash = $1 AND s.expires_at > $2 AND t.revoked_at IS NULL`, hash, now.UnixMilli()).
		Scan(&found.KeyID, &found.Org, &found.Role, &expires)
	found.expiresAt = time.UnixMilli(expires).UTC()
	return found, kernel.Classify(err)
}

func deleteSession(ctx context.Context, q kernel.Queryer, hash string) error {
	_, err := q.ExecContext(ctx, `DELETE FROM org_session WHERE hash = $1`, hash)
	return err
}

func deleteSessionsOf(ctx context.Context, q kernel.Queryer, token string) error {
	_, err := q.ExecContext(ctx, `DELETE FROM org_session WHERE token = $1`, token)
	return err
}

func deleteSessionsBefore(ctx context.Context, q kernel.Queryer, now time.Time) error {
	_, err := q.ExecContext(ctx, `DELETE FROM org_session WHERE expires_at <= $1`, now.UnixMilli())
	return err
}
