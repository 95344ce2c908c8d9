-- Work that outlives a request: jobs, and messages on their way.

create table job (
    id text primary key,
    kind text not null,
    -- Who asked, and for which unit; null for the house's own chores.
    account_id text,
    unit_id text,
    payload text not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    done_count bigint not null default 0,
    total_count bigint not null default 0,
    message text not null default '',
    result text,
    run_at bigint not null,
    lease_until bigint,
    attempts bigint not null default 0,
    created_at bigint not null,
    finished_at bigint
);
create index job_queue on job (state, run_at);
create index job_account on job (account_id, created_at);

create table notification (
    id text primary key,
    account_id text not null references account (id),
    kind text not null,
    title text not null,
    body text not null,
    href text not null,
    created_at bigint not null,
    read_at bigint,
    -- One reminder per duty, period and step, however often the job runs.
    dedupe_key text unique
);
create index notification_account on notification (account_id, read_at, created_at);

-- Which steps of which duties an account has been told of, so that each is
-- told once, in whatever message it went.
create table reminder (
    account_id text not null references account (id),
    -- campaign/duty/first day of the period/step
    step_key text not null,
    told_at bigint not null,
    primary key (account_id, step_key)
);
create index reminder_told on reminder (told_at);

create table outbox (
    id text primary key,
    channel text not null check (channel in ('email')),
    -- Whose message it is; decides which administrator sees it.
    account_id text references account (id),
    recipient text not null,
    subject text not null,
    body text not null,
    state text not null check (state in ('waiting', 'sent', 'dead')),
    attempts bigint not null default 0,
    next_at bigint not null,
    -- Who is sending it now, and until when nobody else may.
    holder text,
    lease_until bigint,
    last_error text,
    created_at bigint not null,
    sent_at bigint,
    dedupe_key text unique
);
create index outbox_queue on outbox (state, next_at);
create index outbox_list on outbox (state, id);

-- Chores that one process does for all: who has it, and until when.
create table lease (
    name text primary key,
    holder text not null,
    until_at bigint not null
);
