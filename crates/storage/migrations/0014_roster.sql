-- A roster asks for numbers within a school. Schools number alike, so the unit
-- stands in the index: what belongs to others is passed over without a look at
-- the rows.
drop index person_student_no;
create index person_student_no on person (student_no, unit_id) where student_no is not null;
drop index person_staff_no;
create index person_staff_no on person (staff_no, unit_id) where staff_no is not null;
