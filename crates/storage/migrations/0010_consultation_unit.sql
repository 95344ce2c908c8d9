-- A consultation may be passed on to another unit: each step says where it led.
-- Null for steps taken before this was kept.
alter table consultation_step add column unit_id text;
