-- +goose Up
-- What people searched for, counted per H3 cell of resolution 7 (about 5 km²)
-- and day: where facilities are missed. Never a position, never a person.
CREATE TABLE demand (
    cell     bigint NOT NULL,
    day      bigint NOT NULL, -- days since 1970, UTC
    category text   NOT NULL, -- '' = a search in all categories
    searches bigint NOT NULL,
    unmet    bigint NOT NULL, -- of them, those that found nothing
    PRIMARY KEY (cell, day, category)
);
CREATE INDEX demand_day ON demand (day);
