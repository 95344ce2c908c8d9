-- Consultations (反诈咨询): what is asked and what came of it. What was asked,
-- how to reach the asker and the conversation are sealed; what trends need is
-- not, and stays when the rest is erased.

create table consultation (
    id text primary key,
    -- Whose duty it is to answer.
    unit_id text not null references unit (id),
    -- Null for somebody who was not signed in; then the code leads to it.
    account_id text references account (id),
    -- Keyed digest of the code; the code itself is only with the asker.
    code_digest text unique,
    asked_at bigint not null,
    -- The Monday of its week.
    week_on text not null,
    asker text not null check (asker in ('anyone', 'pupil', 'parent', 'teacher')),
    given text not null check (given in ('nothing', 'codes', 'money')),
    outcome text not null check (outcome in ('scam', 'suspicious', 'none')),
    -- The national class; null where none was found.
    fraud_type text,
    permille bigint not null,
    -- Null once erased.
    question_sealed text,
    contact_sealed text,
    chars bigint not null,
    state text not null check (state in ('answered', 'waiting', 'talking', 'closed')),
    -- Since when it is in this state; for closed: when it was closed.
    state_at bigint not null,
    -- Who holds the conversation; for closed: who closed it, null for the asker.
    holder_id text references account (id),
    ending text,
    erased_at bigint,
    revision bigint not null default 1,
    check (state <> 'talking' or holder_id is not null),
    check ((state = 'closed') = (ending is not null))
);
create index consultation_unit on consultation (unit_id, state, asked_at);
create index consultation_state on consultation (state, state_at);
create index consultation_week on consultation (week_on, unit_id);
create index consultation_account on consultation (account_id, asked_at);

create table consultation_message (
    consultation_id text not null references consultation (id),
    number bigint not null,
    at bigint not null,
    -- Null: the asker.
    account_id text references account (id),
    text_sealed text not null,
    primary key (consultation_id, number)
);

create table consultation_file (
    id text primary key,
    consultation_id text not null references consultation (id),
    sha256 text not null,
    thumbnail_sha256 text not null,
    media_type text not null,
    size_bytes bigint not null
);
create index consultation_file_of on consultation_file (consultation_id);
create index consultation_file_hash on consultation_file (sha256);
create index consultation_file_thumbnail on consultation_file (thumbnail_sha256);

create table consultation_step (
    consultation_id text not null references consultation (id),
    step bigint not null,
    state text not null,
    at bigint not null,
    -- Null: the asker.
    account_id text,
    primary key (consultation_id, step)
);

-- Who answers for which unit and everything below it.
create table consult_duty (
    unit_id text not null references unit (id),
    account_id text not null references account (id),
    -- Days of the week, Monday first: 1 where on duty.
    days text not null,
    added_at bigint not null,
    primary key (unit_id, account_id)
);
create index consult_duty_account on consult_duty (account_id);

-- How often something was done in a span of time, so that nobody does it
-- without end. Keys hold digests, never addresses.
create table ask_limit (
    key text not null,
    span_at bigint not null,
    count bigint not null,
    primary key (key, span_at)
);
create index ask_limit_span on ask_limit (span_at);

-- Surges that were told of, each once.
create table consult_surge (
    unit_id text not null references unit (id),
    fraud_type text not null,
    week_on text not null,
    at bigint not null,
    -- The draft that was proposed.
    material_id text,
    primary key (unit_id, fraud_type, week_on)
);
