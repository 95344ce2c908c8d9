-- Periodic reports: one form per unit and month, each correction a new version.

create table report (
    id text primary key,
    campaign_id text not null references campaign (id),
    -- The report of the plan, such as the monthly form.
    form text not null,
    unit_id text not null references unit (id),
    -- The month it is about: 2022-03.
    period text not null,
    due_on text not null,
    state text not null check (state in ('draft', 'signed', 'submitted', 'returned', 'accepted')),
    version bigint not null,
    submitted_at bigint,
    -- The first time it was handed in: timeliness is judged by it.
    first_submitted_at bigint,
    -- The record by which the newest handing in fulfils its duty.
    record_id text references record (id),
    revision bigint not null default 1,
    unique (campaign_id, form, unit_id, period)
);
create index report_unit on report (unit_id, period);
create index report_period on report (campaign_id, form, period, state);

create table report_version (
    report_id text not null references report (id),
    version bigint not null,
    -- The form's fields as JSON: an edited copy of what the records gave.
    fields text not null,
    -- What the records gave at that moment, so that an edit shows.
    filled text not null,
    note text,
    signed_by text,
    signed_at bigint,
    created_by text,
    created_at bigint not null,
    primary key (report_id, version)
);

create table report_step (
    report_id text not null references report (id),
    step bigint not null,
    state text not null,
    version bigint not null,
    at bigint not null,
    account_id text,
    reason text,
    primary key (report_id, step)
);
