-- Drafts: from the official document that was issued to the plan that a clerk
-- confirms, item by item. Nothing of it is ever deleted: a new edition leaves
-- the one before, a decision leaves a step, and a discarded draft stays.

create table draft (
    id text primary key,
    -- The unit that is to run the plan.
    unit_id text not null references unit (id),
    -- What the plan will be called, by whom, for how long, under which id.
    name text not null,
    issuer text not null,
    plan_id text not null,
    from_on text not null,
    until_on text not null,
    note text not null default '',
    state text not null check (state in ('open', 'used', 'discarded')),
    -- The newest edition of the document.
    edition bigint not null,
    -- The campaign that it started or that it is to amend.
    campaign_id text references campaign (id),
    created_at bigint not null,
    created_by text,
    changed_at bigint not null,
    revision bigint not null default 1
);
create index draft_unit on draft (unit_id, id);

create table draft_edition (
    draft_id text not null references draft (id),
    edition bigint not null,
    -- Empty and null where the text was pasted.
    file_name text not null default '',
    media_type text not null default '',
    size_bytes bigint not null default 0,
    sha256 text,
    text text not null,
    -- Sections and sentences by their places in the text, as JSON.
    layout text not null,
    created_at bigint not null,
    created_by text,
    primary key (draft_id, edition)
);

create table draft_item (
    id text primary key,
    draft_id text not null references draft (id),
    edition bigint not null,
    position bigint not null,
    -- The words of the document, and the bytes of its text that they are.
    quote text not null,
    start_at bigint not null,
    end_at bigint not null,
    -- Read by the rules, or added by a person.
    origin text not null check (origin in ('read', 'added')),
    state text not null check (state in ('open', 'accepted', 'dropped')),
    -- What the item says, as JSON.
    fields text not null,
    -- Against the edition before: carried over, changed, or new in it.
    carried text not null default '' check (carried in ('', 'same', 'near', 'changed', 'new')),
    former_id text references draft_item (id),
    confidence double precision not null,
    why text not null,
    decided_at bigint,
    decided_by text,
    revision bigint not null default 1
);
create index draft_item_place on draft_item (draft_id, edition, position);

-- Every decision with what was before it; never edited.
create table draft_step (
    id text primary key,
    draft_id text not null references draft (id),
    item_id text references draft_item (id),
    verb text not null,
    detail text not null,
    state_before text not null default '',
    fields_before text not null default '',
    at bigint not null,
    account_id text
);
create index draft_step_item on draft_step (item_id, id);
create index draft_step_draft on draft_step (draft_id, id);

-- Where each element of a plan version was read from (N1).
create table plan_source (
    campaign_id text not null references campaign (id),
    version bigint not null,
    -- duty/…, target/…, phase/…
    element text not null,
    draft_id text not null references draft (id),
    edition bigint not null,
    quote text not null,
    start_at bigint not null,
    end_at bigint not null,
    primary key (campaign_id, version, element)
);
