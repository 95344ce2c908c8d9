-- The content library (宣传材料) of the body: its own materials and those that
-- take the place of shipped ones. Shipped ones lie in the product, not here.

create table material (
    id text primary key,
    -- Where it holds: there and below.
    unit_id text not null references unit (id),
    kind text not null check (kind in ('type', 'rule', 'question', 'slogan', 'case-alert', 'article', 'poster', 'guide')),
    -- The shipped material whose place it takes.
    base text,
    -- Its newest version.
    version bigint not null,
    -- State and title of the newest version, for lists.
    state text not null check (state in ('draft', 'reviewed', 'published', 'replaced', 'withdrawn')),
    title text not null,
    -- The version that everybody may read, if any.
    public_version bigint,
    created_at bigint not null,
    changed_at bigint not null,
    revision bigint not null default 1
);
create index material_unit on material (unit_id, kind, changed_at);
create index material_public on material (kind, changed_at) where public_version is not null;
-- One override of a shipped material for each unit.
create unique index material_base on material (unit_id, base) where base is not null;

create table material_version (
    material_id text not null references material (id),
    version bigint not null,
    title text not null,
    body text not null,
    audience text not null,
    source text not null,
    -- Who wrote it last; null for the house.
    author_id text references account (id),
    written_at bigint not null,
    state text not null check (state in ('draft', 'reviewed', 'published', 'replaced', 'withdrawn')),
    state_at bigint not null,
    -- Who reviewed, published or withdrew it.
    state_by text,
    reason text,
    primary key (material_id, version)
);

create table material_step (
    material_id text not null references material (id),
    step bigint not null,
    version bigint not null,
    verb text not null,
    at bigint not null,
    account_id text,
    reason text,
    primary key (material_id, step)
);
