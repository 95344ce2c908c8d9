-- Names in the order in which Chinese readers look them up: bytes beside the
-- name, which both engines compare alike. Rows that are there already get theirs
-- when the house opens (crates/storage/src/keys.rs).
alter table person add column name_key bytea not null default '';
alter table account add column display_key bytea not null default '';
alter table draft add column name_key bytea not null default '';
alter table material add column title_key bytea not null default '';

-- The name stands at the end, so that a search for a part of it reads this index
-- and not the rows.
drop index person_name;
create index person_name_key on person (name_key, id, unit_id, role, left_on, name);
drop index account_display;
create index account_display_key on account (display_key, id);

-- Lists are read along an index in the order that the reader chose.
create index notification_told on notification (account_id, created_at, id);
create index exemption_granted on exemption (campaign_id, id);
create index duty_event_happened on duty_event (campaign_id, happened_on, id);
create index duty_event_entered on duty_event (campaign_id, id);
create index consultation_asked on consultation (asked_at, id);
create index consultation_state_since on consultation (state_at, id);
create index material_changed on material (changed_at, id);
create index material_title_key on material (title_key, id);
create index draft_changed on draft (changed_at, id);
create index draft_name_key on draft (name_key, id);
