-- The search for reuse reads records in the order in which they first came, a
-- few at a time; without this each look went through all of them.
create index record_first_seq on record (first_seq);
-- Whether any row still names a file: originals have their index already.
create index evidence_thumbnail on evidence (thumbnail_sha256) where thumbnail_sha256 is not null;
