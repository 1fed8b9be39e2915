-- +goose Up
-- Why an upload was refused, in Chinese; reason says it in English.
ALTER TABLE upload ADD COLUMN reason_zh text NOT NULL DEFAULT '';
