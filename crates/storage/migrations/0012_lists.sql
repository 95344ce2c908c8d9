-- Accounts are read in the order that the reader chooses, a page at a time along
-- an index. Records and audit lines have theirs already: the order of changes.
create index account_display on account (display_name, id);
create index account_created on account (created_at, id);
