-- What a unit measured of an indicator (指标) on a day. Never changed: a wrong
-- one is withdrawn and measured anew, so that any past date can be looked at.
create table indicator_reading (
    id text primary key,
    campaign_id text not null references campaign (id),
    indicator text not null,
    unit_id text not null references unit (id),
    on_date text not null,
    part bigint not null,
    -- Null for counts.
    whole bigint,
    source text not null,
    entered_at bigint not null,
    -- Null: the house.
    account_id text references account (id),
    withdrawn_at bigint,
    withdrawn_by text references account (id),
    check (part >= 0 and (whole is null or (whole > 0 and part <= whole)))
);
create index indicator_reading_unit on indicator_reading (campaign_id, indicator, unit_id, on_date);
