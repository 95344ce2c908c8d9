-- Short films are a kind of material, and materials carry files. A check cannot
-- be widened in place on both engines, so the column is made anew.
drop index material_unit;
drop index material_public;
alter table material add column sort text not null default 'article'
    check (sort in ('type', 'rule', 'question', 'slogan', 'case-alert', 'article', 'poster', 'video', 'guide'));
update material set sort = kind;
alter table material drop column kind;
alter table material rename column sort to kind;
create index material_unit on material (unit_id, kind, changed_at);
create index material_public on material (kind, changed_at) where public_version is not null;

-- The files of a version (配图、短视频、附件). A version that was published keeps
-- its own; the next one begins with the same.
create table material_file (
    material_id text not null,
    version bigint not null,
    -- Its number, for the whole life of the material.
    place bigint not null,
    kind text not null check (kind in ('photo', 'video', 'audio', 'file')),
    name text not null,
    media_type text not null,
    size_bytes bigint not null,
    sha256 text not null,
    thumbnail_sha256 text,
    -- What is to be seen or heard, for those who cannot.
    caption text not null,
    primary key (material_id, version, place),
    foreign key (material_id, version) references material_version (material_id, version)
);
create index material_file_sha256 on material_file (sha256);
create index material_file_thumbnail on material_file (thumbnail_sha256);
