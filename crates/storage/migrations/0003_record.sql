-- Records: dated facts that something was done, and the proof of them.

create table record (
    id text primary key,
    -- One record counts for every duty of this activity (N2), in every campaign.
    activity text not null,
    -- Whose act: a unit, and one person of it when the duty is a person's.
    unit_id text not null references unit (id),
    person_id text references person (id),
    title text not null,
    -- Both days are kept: when it was done, and when it was entered (N2).
    acted_on text not null,
    acted_time text,
    submitted_at bigint not null,
    submitted_by text not null,
    count bigint not null check (count between 1 and 100000),
    place text,
    minutes text,
    link text,
    present_count bigint,
    absent_count bigint,
    status text not null check (status in ('submitted', 'accepted', 'returned', 'withdrawn')),
    status_at bigint not null,
    -- When it stopped counting: returned or withdrawn.
    voided_at bigint,
    -- The returned record that this one replaces.
    replaces text references record (id),
    -- Chosen by the phone when it was filled in, so that sending twice makes one.
    client_key text not null unique,
    -- Digest over the content, also in the audit line: a changed row shows.
    digest text not null,
    -- Position of its last change in the total order of changes (audit.seq),
    -- and of its first: who follows the order knows what is new to them.
    seq bigint not null,
    first_seq bigint not null,
    revision bigint not null default 1
);
create index record_unit on record (unit_id, acted_on, id);
create index record_acted on record (acted_on, id);
create index record_queue on record (status, submitted_at, id);
create index record_unit_queue on record (unit_id, status, submitted_at, id);
create index record_submitter on record (submitted_by, submitted_at, id);
create index record_replaces on record (replaces) where replaces is not null;
create index record_activity on record (activity, acted_on, id);
create index record_person on record (person_id, acted_on) where person_id is not null;
create index record_seq on record (seq);

-- Every step of a record's life; nothing rewrites it (N10).
create table record_step (
    record_id text not null references record (id),
    step bigint not null,
    status text not null,
    at bigint not null,
    account_id text,
    reason text,
    primary key (record_id, step)
);

-- The roll: who was there. Absences carry their reason.
create table attendance (
    record_id text not null references record (id),
    person_id text not null references person (id),
    present bigint not null check (present in (0, 1)),
    reason text,
    primary key (record_id, person_id)
);
create index attendance_person on attendance (person_id, present, record_id);

create table evidence (
    id text primary key,
    record_id text references record (id),
    unit_id text not null references unit (id),
    kind text not null check (kind in ('photo', 'video', 'audio', 'file')),
    name text not null,
    media_type text not null,
    size_bytes bigint not null,
    -- Content hash: the original lies in the file store under it.
    sha256 text not null,
    thumbnail_sha256 text,
    -- Kept apart from the picture: from EXIF, if it had any.
    taken_at text,
    latitude double precision,
    longitude double precision,
    uploaded_at bigint not null,
    uploaded_by text not null
);
create index evidence_record on evidence (record_id);
create index evidence_sha on evidence (sha256);
create index evidence_loose on evidence (uploaded_at) where record_id is null;

-- What near-duplicates are found by. Signatures of texts are cut in bands, so
-- that near ones meet in one index look-up; those of pictures (a picture may be
-- a cut-out of any part of another) are compared in memory.
create table likeness (
    id text not null,
    source text not null check (source in ('photo', 'text')),
    record_id text not null references record (id),
    evidence_id text references evidence (id),
    signature text not null,
    -- Of a picture: its miniature, to confirm what the signatures suggest.
    detail text,
    primary key (id)
);
create index likeness_record on likeness (record_id);
create index likeness_source on likeness (source, id);
create table likeness_band (
    source text not null,
    band bigint not null,
    value bigint not null,
    likeness_id text not null references likeness (id),
    primary key (source, band, value, likeness_id)
);

-- Something that a reviewer should look at; never a punishment by itself (N3).
create table suspicion (
    id text primary key,
    record_id text not null references record (id),
    kind text not null check (kind in ('same-file', 'similar-photo', 'similar-text', 'impossible-time')),
    other_record_id text references record (id),
    evidence_id text,
    other_evidence_id text,
    similarity double precision,
    found_at bigint not null,
    -- Null until a person decided: 'fine' or 'reused'.
    verdict text check (verdict in ('fine', 'reused')),
    decided_at bigint,
    decided_by text,
    note text
);
create index suspicion_record on suspicion (record_id);
create index suspicion_open on suspicion (found_at) where verdict is null;
