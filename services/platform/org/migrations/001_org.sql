-- +goose Up

CREATE TABLE organisation (
    id         text   PRIMARY KEY,
    created_at bigint NOT NULL -- UTC ms
);

-- A key by which a program or a person acts for an organisation. The key itself is shown once and not kept.
CREATE TABLE org_token (
    id         text   PRIMARY KEY,
    org        text   NOT NULL REFERENCES organisation (id),
    role       text   NOT NULL,
    note       text   NOT NULL,
    hash       text   NOT NULL UNIQUE, -- SHA-256 of the key, hexadecimal
    created_at bigint NOT NULL,        -- UTC ms
    revoked_at bigint                  -- UTC ms
);
CREATE INDEX org_token_org ON org_token (org, id);

-- A browser in which somebody has entered a key.
CREATE TABLE org_session (
    hash       text   PRIMARY KEY, -- SHA-256 of the cookie's value, hexadecimal
    token      text   NOT NULL REFERENCES org_token (id),
    expires_at bigint NOT NULL     -- UTC ms
);
CREATE INDEX org_session_token ON org_session (token);
CREATE INDEX org_session_expires ON org_session (expires_at);
