//! Bad tables: the message names file, line, column and what is allowed.

use expect_test::{Expect, expect};

use crate::world::{World, day, duty, plan};

#[track_caller]
fn refused(change: impl FnOnce(&mut World), expect: &Expect) {
    let mut world = World::default();
    World::add(&mut world.units, "b,,bureau,,局,,\nc,b,class,primary,班,,");
    World::add(&mut world.people, "p,c,student,,,");
    change(&mut world);
    let mut plan = plan("2023-01-01", "2023-01-31");
    plan.duties = vec![duty("d")];
    let error = world.evaluate(&[plan], day("2023-02-01"), false, 2).err();
    expect.assert_eq(&error.map_or("accepted".to_owned(), |error| error.to_string()));
}

fn line(table: fn(&mut World) -> &mut String, text: &'static str) -> impl FnOnce(&mut World) {
    move |world| World::add(table(world), text)
}

fn file(table: fn(&mut World) -> &mut String, text: &'static str) -> impl FnOnce(&mut World) {
    move |world| text.clone_into(table(world))
}

#[test]
fn headers() {
    refused(
        file(|it| &mut it.units, ""),
        &expect![
            "units.csv 第 1 行：文件是空的，第一行应为列名：id,parent,kind,stage,name,from,until"
        ],
    );
    refused(
        file(|it| &mut it.units, "\n \r\n"),
        &expect![
            "units.csv 第 1 行：文件是空的，第一行应为列名：id,parent,kind,stage,name,from,until"
        ],
    );
    refused(
        file(|it| &mut it.posts, "\n\nunit,post,person,from,until\nb,x\n"),
        &expect!["posts.csv 第 4 行：这一行有 2 列，应有 5 列"],
    );
    refused(
        file(|it| &mut it.units, "id,parent,kind,stage,name,from\n"),
        &expect![
            "units.csv 第 1 行：缺少列“until”，应有的列是 id、parent、kind、stage、name、from、until"
        ],
    );
    refused(
        file(|it| &mut it.posts, "unit,post,person,from,until,note\n"),
        &expect![
            "posts.csv 第 1 行：不认识的列“note”，可以有的列是 unit、post、person、from、until"
        ],
    );
    refused(
        file(|it| &mut it.posts, "unit,post,person,from,from\n"),
        &expect!["posts.csv 第 1 行：列“from”出现了两次"],
    );
}

#[test]
fn units() {
    refused(
        line(|it| &mut it.units, "c,b,class,,班,,"),
        &expect!["units.csv 第 4 行“id”列：编号“c”重复，单位和人员的编号都不能相同"],
    );
    refused(
        line(|it| &mut it.units, "d,x,class,,班,,"),
        &expect!["units.csv 第 4 行“parent”列：没有编号为“x”的单位，应为 units.csv 中的 id"],
    );
    refused(
        line(|it| &mut it.units, "d,e,class,,班,,\ne,d,class,,班,,"),
        &expect!["units.csv 第 4 行“parent”列：单位“d”是自己的上级，单位之间不能成环"],
    );
    refused(
        line(|it| &mut it.units, "d,b,klass,,班,,"),
        &expect![
            "units.csv 第 4 行“kind”列：“klass”不在允许的值之中：bureau、department、institution、school、faculty、grade、class、group"
        ],
    );
    refused(
        line(|it| &mut it.units, "d,b,class,小学,班,,"),
        &expect![
            "units.csv 第 4 行“stage”列：“小学”不在允许的值之中：kindergarten、primary、middle、high、vocational、university、training"
        ],
    );
    refused(
        line(|it| &mut it.units, "d,b,class,,班,2023-2-1,"),
        &expect!["units.csv 第 4 行“from”列：“2023-2-1”不是日期，应如 2024-09-01"],
    );
    refused(
        line(|it| &mut it.units, "d,b,class,,班,2023-02-02,2023-02-01"),
        &expect!["units.csv 第 4 行“until”列：早于 from，应不早于 from"],
    );
    refused(
        line(|it| &mut it.units, "d,b,class,班,,"),
        &expect!["units.csv 第 4 行：这一行有 6 列，应有 7 列"],
    );
    refused(
        line(|it| &mut it.units, ",b,class,,班,,"),
        &expect!["units.csv 第 4 行“id”列：不能为空"],
    );
    refused(
        line(|it| &mut it.units, "\"d,b,class,,班,,"),
        &expect!["units.csv 第 4 行：引号没有成对"],
    );
}

#[test]
fn people_and_posts() {
    refused(
        line(|it| &mut it.people, "p,c,student,,,"),
        &expect!["people.csv 第 3 行“id”列：编号“p”重复，单位和人员的编号都不能相同"],
    );
    refused(
        line(|it| &mut it.people, "c,c,student,,,"),
        &expect!["people.csv 第 3 行“id”列：编号“c”重复，单位和人员的编号都不能相同"],
    );
    refused(
        line(|it| &mut it.people, "q,x,student,,,"),
        &expect!["people.csv 第 3 行“unit”列：没有编号为“x”的单位，应为 units.csv 中的 id"],
    );
    refused(
        line(|it| &mut it.posts, "c,class-teacher,q,,"),
        &expect!["posts.csv 第 2 行“person”列：没有编号为“q”的人员，应为 people.csv 中的 id"],
    );
    refused(
        line(|it| &mut it.posts, "x,class-teacher,p,,"),
        &expect!["posts.csv 第 2 行“unit”列：没有编号为“x”的单位，应为 units.csv 中的 id"],
    );
    refused(
        line(|it| &mut it.posts, "c,,p,,"),
        &expect!["posts.csv 第 2 行“post”列：不能为空"],
    );
}

#[test]
fn exemptions_events_attendance() {
    refused(
        line(|it| &mut it.exemptions, "x,c,,病假"),
        &expect!["exemptions.csv 第 2 行“duty”列：方案中没有任务“x”，应为 d 之一"],
    );
    refused(
        line(|it| &mut it.exemptions, "d,x,,病假"),
        &expect![
            "exemptions.csv 第 2 行“subject”列：没有编号为“x”的单位或人员，应为 units.csv 或 people.csv 中的 id"
        ],
    );
    refused(
        line(|it| &mut it.exemptions, "d,c,一月,病假"),
        &expect!["exemptions.csv 第 2 行“period_start”列：“一月”不是日期，应如 2024-09-01"],
    );
    refused(
        line(|it| &mut it.exemptions, "d,c,,"),
        &expect!["exemptions.csv 第 2 行“reason”列：不能为空"],
    );
    refused(
        line(|it| &mut it.events, "d,c,"),
        &expect!["events.csv 第 2 行“date”列：“”不是日期，应如 2024-09-01"],
    );
    refused(
        line(|it| &mut it.attendance, "r,c"),
        &expect!["attendance.csv 第 2 行“person”列：“c”是单位，应为 people.csv 中的 id"],
    );
}

#[test]
fn records() {
    refused(
        line(|it| &mut it.records, "r,x,c,2023-01-01,2023-01-01,1,accepted"),
        &expect!["records.csv 第 2 行“duty”列：方案中没有任务或活动“x”，应为 d 之一"],
    );
    refused(
        line(|it| &mut it.records, "r,d,x,2023-01-01,2023-01-01,1,accepted"),
        &expect![
            "records.csv 第 2 行“subject”列：没有编号为“x”的单位或人员，应为 units.csv 或 people.csv 中的 id"
        ],
    );
    refused(
        line(|it| &mut it.records, "r,d,c,2023-01-32,2023-01-01,1,accepted"),
        &expect!["records.csv 第 2 行“date”列：“2023-01-32”不是日期，应如 2024-09-01"],
    );
    refused(
        line(|it| &mut it.records, "r,d,c,2023-01-01,昨天,1,accepted"),
        &expect![
            "records.csv 第 2 行“submitted_at”列：“昨天”不是日期或时间，应如 2024-09-01 或 2024-09-01T08:30:00+08:00"
        ],
    );
    refused(
        line(|it| &mut it.records, "r,d,c,2023-01-01,2023-01-01,-1,accepted"),
        &expect!["records.csv 第 2 行“count”列：“-1”不是 0 到 999999999 的整数"],
    );
    refused(
        line(|it| &mut it.records, "r,d,c,2023-01-01,2023-01-01,1,通过"),
        &expect![
            "records.csv 第 2 行“status”列：“通过”不在允许的值之中：submitted、accepted（或 reviewed、approved、confirmed、valid、pending、recorded、done、ok，或空着）、returned、withdrawn"
        ],
    );
    refused(
        line(|it| &mut it.records, ",d,c,2023-01-01,2023-01-01,1,accepted"),
        &expect!["records.csv 第 2 行“id”列：不能为空"],
    );
}

#[test]
fn of_many_errors_the_first_is_told() {
    let many = |world: &mut World| {
        for n in 0..200_000 {
            let day = if n >= 100_000 && n % 7 == 0 { "x" } else { "2023-01-01" };
            let row = format!("r{n},d,c,{day},2023-01-01,1,accepted\n");
            world.records.push_str(&row);
        }
    };
    refused(many, &expect!["records.csv 第 100004 行“date”列：“x”不是日期，应如 2024-09-01"]);
}
