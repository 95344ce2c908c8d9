-- The body itself, its tree of units, its people and who may sign in.
-- One text for SQLite and PostgreSQL: ids are text made in Rust, dates are ISO
-- text, instants are milliseconds, truth values are 0 and 1.

create table setting (
    name text primary key,
    value text not null
);

create table unit (
    id text primary key,
    parent_id text references unit (id),
    kind text not null check (kind in ('bureau', 'department', 'institution', 'school', 'faculty', 'grade', 'class', 'group')),
    stage text check (stage in ('kindergarten', 'primary', 'middle', 'high', 'vocational', 'university', 'training')),
    name text not null,
    -- The body's own code for it (学校代码), for imports; unique where given.
    code text unique,
    -- Town or street, for the map of the board.
    town text,
    -- Order among brothers and sisters.
    position bigint not null default 0,
    opened_on text,
    closed_on text,
    merged_into text references unit (id),
    revision bigint not null default 1
);
create index unit_parent on unit (parent_id, position);

-- Every unit with every unit above it and itself (depth 0): scope is one join,
-- the same on both engines, and a move rewrites only the moved part.
create table unit_ancestor (
    unit_id text not null references unit (id),
    ancestor_id text not null references unit (id),
    depth bigint not null,
    primary key (unit_id, ancestor_id)
);
create index unit_ancestor_below on unit_ancestor (ancestor_id, unit_id);

-- What a unit was called and where it stood before (N10).
create table unit_history (
    unit_id text not null references unit (id),
    until_at bigint not null,
    parent_id text,
    name text not null,
    primary key (unit_id, until_at)
);

create table person (
    id text primary key,
    -- Where the person belongs now; tenure holds the past. A guardian belongs
    -- where the eldest registered child does.
    unit_id text not null references unit (id),
    role text not null check (role in ('student', 'staff', 'guardian', 'police', 'volunteer')),
    name text not null,
    gender text check (gender in ('male', 'female')),
    -- Unique within a school, which only the import can judge.
    student_no text,
    staff_no text,
    -- Unique in the country.
    register_no text,
    born_on text,
    -- Sealed fields: never in the clear in this database.
    phone_sealed text,
    id_number_sealed text,
    address_sealed text,
    -- Keyed digests, to find one person again, and to see that nothing
    -- changed, without opening the seal.
    phone_digest text,
    id_number_digest text,
    address_digest text,
    joined_on text,
    left_on text,
    revision bigint not null default 1
);
-- Lists and counts of a unit answer from this index alone.
create index person_unit on person (unit_id, role, left_on, id);
create index person_name on person (name, id, unit_id, role, left_on);
create index person_role on person (role, id);
create index person_left on person (left_on, id) where left_on is not null;
create index person_student_no on person (student_no) where student_no is not null;
create index person_staff_no on person (staff_no) where staff_no is not null;
create unique index person_register_no on person (register_no) where register_no is not null;
create index person_id_number on person (id_number_digest) where id_number_digest is not null;
create index person_phone on person (phone_digest) where phone_digest is not null;

create table person_audience (
    person_id text not null references person (id),
    audience text not null,
    primary key (person_id, audience)
);

-- A person's membership in units over time.
create table tenure (
    person_id text not null references person (id),
    unit_id text not null references unit (id),
    -- Empty: since before anybody wrote it down.
    from_on text not null,
    until_on text,
    primary key (person_id, unit_id, from_on)
);
create index tenure_unit on tenure (unit_id, until_on);

create table guardianship (
    student_id text not null references person (id),
    guardian_id text not null references person (id),
    relation text,
    position bigint not null default 0,
    primary key (student_id, guardian_id)
);
create index guardianship_guardian on guardianship (guardian_id);

create table post (
    id text primary key,
    unit_id text not null references unit (id),
    post text not null,
    person_id text not null references person (id),
    from_on text not null,
    until_on text,
    -- Stands in for the holder of this other appointment (N15).
    substitute_for text references post (id),
    revision bigint not null default 1
);
create index post_unit on post (unit_id, post);
create index post_person on post (person_id);

-- A year-roll (升级): which classes moved up and who left, so that it can be
-- undone as long as nothing new hangs on it.
create table year_roll (
    id text primary key,
    unit_id text not null references unit (id),
    rolled_on text not null,
    ran_at bigint not null,
    ran_by text,
    classes_up bigint not null,
    classes_left bigint not null,
    people_left bigint not null,
    undone_at bigint
);
create index year_roll_unit on year_roll (unit_id, ran_at);
create table year_roll_step (
    roll_id text not null references year_roll (id),
    unit_id text not null references unit (id),
    -- What the class was before.
    parent_id text,
    name text not null,
    closed bigint not null check (closed in (0, 1)),
    primary key (roll_id, unit_id)
);
create table year_roll_leaver (
    roll_id text not null references year_roll (id),
    person_id text not null references person (id),
    primary key (roll_id, person_id)
);

create table account (
    id text primary key,
    sign_in_name text not null unique,
    display_name text not null,
    person_id text references person (id),
    email text,
    password_hash text not null,
    must_change_password bigint not null default 0,
    failures bigint not null default 0,
    locked_until bigint,
    disabled_at bigint,
    created_at bigint not null,
    revision bigint not null default 1
);
create index account_person on account (person_id);

create table role_grant (
    account_id text not null references account (id),
    role text not null,
    unit_id text not null references unit (id),
    from_on text,
    until_on text,
    primary key (account_id, role, unit_id)
);
create index role_grant_unit on role_grant (unit_id);

create table session (
    -- Digest of the token; the token itself is only in the browser.
    token_digest text primary key,
    account_id text not null references account (id),
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    agent text not null
);
create index session_account on session (account_id);

-- The audit chain: each line's hash covers the line before. The head row is
-- locked by every writing transaction, which also makes `seq` a total order of
-- all changes, on both engines.
create table audit_head (
    id bigint primary key check (id = 1),
    seq bigint not null,
    hash text not null
);
insert into audit_head (id, seq, hash) values (1, 0, '');

create table audit (
    seq bigint primary key,
    at bigint not null,
    account_id text,
    action text not null,
    unit_id text,
    object text not null,
    detail text not null,
    hash text not null
);
create index audit_object on audit (object, seq);
create index audit_account on audit (account_id, seq);
create index audit_unit on audit (unit_id, seq);
