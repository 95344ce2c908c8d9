-- Campaigns: a plan running for a unit and everything below it.

create table campaign (
    id text primary key,
    -- The unit that issued or adopted the plan; it binds this unit's subtree.
    unit_id text not null references unit (id),
    plan_id text not null,
    name text not null,
    -- The superior's campaign that this one adopts (B4).
    adopts text references campaign (id),
    from_on text not null,
    until_on text not null,
    ended_at bigint,
    revision bigint not null default 1,
    unique (unit_id, plan_id)
);

-- Versions are never edited: what was due before an amendment stays judged by
-- the version that held then (B5).
create table plan_version (
    id text primary key,
    campaign_id text not null references campaign (id),
    version bigint not null,
    in_force_on text not null,
    text text not null,
    -- The official document and the quotes it was read from, when drafted.
    document_name text,
    document_text text,
    created_at bigint not null,
    created_by text,
    unique (campaign_id, version)
);

create table calendar_version (
    id text primary key,
    text text not null,
    created_at bigint not null,
    created_by text
);

create table exemption (
    id text primary key,
    campaign_id text not null references campaign (id),
    duty text not null,
    -- A unit's or a person's id.
    subject_id text not null,
    unit_id text not null references unit (id),
    -- Empty: every period.
    period_start text not null default '',
    reason text not null,
    granted_at bigint not null,
    granted_by text,
    revoked_at bigint
);
create index exemption_campaign on exemption (campaign_id, duty);
create index exemption_unit on exemption (unit_id);

-- Events that start the clock of an event duty.
create table duty_event (
    id text primary key,
    campaign_id text not null references campaign (id),
    event text not null,
    subject_id text not null,
    unit_id text not null references unit (id),
    happened_on text not null,
    created_at bigint not null,
    cancelled_at bigint
);
create index duty_event_campaign on duty_event (campaign_id, event);
