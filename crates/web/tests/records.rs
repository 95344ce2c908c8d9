//! Handing in, proving and reviewing, through the real router on both engines.

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use support::{Browser, houses, school};
use web::AppState;

const BOUNDARY: &str = "----wuzha";

/// One part of a form with files.
enum Part<'a> {
    Text(&'a str, &'a str),
    File(&'a str, &'a [u8]),
}

fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        body.extend(format!("--{BOUNDARY}\r\n").bytes());
        match part {
            Part::Text(name, value) => body.extend(
                format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            ),
            Part::File(name, bytes) => {
                body.extend(
                    format!(
                        "Content-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
                         Content-Type: image/jpeg\r\n\r\n"
                    )
                    .bytes(),
                );
                body.extend(*bytes);
                body.extend(b"\r\n");
            }
        }
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

fn form(parts: &[Part<'_>]) -> Request<Body> {
    Request::post("/records/new")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(multipart(parts)))
        .expect("a request")
}

fn meeting<'a>(unit: &'a str, key: &'a str, more: Vec<Part<'a>>) -> Vec<Part<'a>> {
    let mut parts = vec![
        Part::Text("activity", "class-meeting"),
        Part::Text("unit", unit),
        Part::Text("title", "三月主题班会"),
        Part::Text("date", "2022-03-14"),
        Part::Text("client_key", key),
    ];
    parts.extend(more);
    parts
}

/// A picture with something on it.
fn photo(seed: u8, side: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(side, side * 3 / 4, |x, y| {
        let (x, y) = (x * 320 / side, y * 320 / side);
        let shade = (x / 20 * 37 + y / 15 * 91 + u32::from(seed) * 53) % 200;
        let round =
            (x as i32 - 160).pow(2) + (y as i32 - 120).pow(2) < 60 * i32::from(seed % 90 + 20);
        image::Rgb([shade as u8, if round { 240 } else { 40 }, (x / 2) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85)
        .encode_image(&picture)
        .expect("encodes");
    bytes.into_inner()
}

async fn house(app: &AppState) -> (Browser, Browser, Browser) {
    Browser::new(app).set_up("bureau").await;
    school::fill(app).await;
    (
        Browser::signed_in(app, "teacher"),
        Browser::signed_in(app, "other"),
        Browser::signed_in(app, "officer"),
    )
}

fn id_in(location: Option<&str>) -> String {
    let path = location.and_then(|it| it.strip_prefix("/records/")).expect("goes to a record");
    path.split('?').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn one_record_closes_every_duty_that_it_satisfies() {
    for (engine, app) in houses().await {
        let (mut teacher, ..) = house(&app).await;
        let home = teacher.get("/home").await;
        assert_eq!(home.status, StatusCode::OK, "{engine}: {}", home.body);
        assert!(home.body.contains("每月一次主题班会"), "{engine}");
        assert!(home.body.contains("每学年两次反诈教育"), "{engine}");
        assert!(
            home.body.contains("/records/new?activity=class-meeting&amp;unit=c"),
            "{engine}"
        );
        assert!(home.body.contains("已逾期"), "January and February are over ({engine})");

        let form_page = teacher.get("/records/new?activity=class-meeting&unit=c").await;
        assert_eq!(form_page.status, StatusCode::OK, "{engine}: {}", form_page.body);
        for words in ["三年级1班", "value=\"2022-03-15\"", "学生2", "提交后计入 2 项任务"]
        {
            assert!(form_page.body.contains(words), "{engine}: {words}");
        }
        let more = vec![
            Part::Text("roll", "1"),
            Part::Text("absent", "p2"),
            Part::Text("reason-p2", "病假"),
            Part::Text("reason-p1", "事假"),
        ];
        let answer = teacher.send(form(&meeting("c", "k1", more))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let first = answer.location.clone();
        let page = teacher.get(first.as_deref().expect("goes on")).await;
        for words in [
            "已提交，计入 2 项任务",
            "每月一次主题班会",
            "二（一）1",
            "按时完成",
            "还差 1 次",
            "2 人，缺席 1 人",
            "缺席：病假",
        ] {
            assert!(page.body.contains(words), "{engine}: {words}\n{}", page.body);
        }
        // The button was tapped twice, or the network failed and it was sent again.
        let more = vec![
            Part::Text("roll", "1"),
            Part::Text("absent", "p2"),
            Part::Text("reason-p2", "病假"),
        ];
        let again = teacher.send(form(&meeting("c", "k1", more))).await;
        assert_eq!(id_in(again.location.as_deref()), id_in(first.as_deref()), "{engine}");
        let page = teacher.get(again.location.as_deref().expect("goes on")).await;
        assert!(page.body.contains("没有重复登记"), "{engine}");
        assert!(page.body.contains("还差 1 次"), "counted once ({engine})");
    }
}

#[tokio::test]
async fn nobody_hands_in_or_looks_in_for_another_class() {
    for (engine, app) in houses().await {
        let (mut teacher, mut other, _) = house(&app).await;
        let answer = other.send(form(&meeting("c", "k1", vec![]))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}");
        let answer = other.get("/records/new?activity=class-meeting&unit=c").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}");
        let picture = photo(1, 640);
        let more = vec![Part::File("班会.jpg", &picture)];
        let answer = teacher.send(form(&meeting("c", "k1", more))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let id = id_in(answer.location.as_deref());
        let page = teacher.get(&format!("/records/{id}")).await;
        let file = page.body.split("href=\"/files/").nth(1).expect("a file is shown");
        let file = file.split(['"', '?']).next().expect("its id").to_owned();
        let shown = teacher.get(&format!("/files/{file}/thumbnail")).await;
        assert_eq!(shown.status, StatusCode::OK, "{engine}");
        for path in [
            format!("/records/{id}"),
            format!("/files/{file}"),
            format!("/files/{file}/thumbnail"),
        ] {
            let answer = other.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}: {path}");
        }
        let list = other.get("/records").await;
        assert!(!list.body.contains(&id), "{engine}");
        for (verb, path) in
            [("accept", format!("/review/{id}")), ("x", format!("/records/{id}/withdraw"))]
        {
            let pairs = [("revision", "1"), ("verb", verb)];
            let answer = other.post(&path, &pairs).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}: {path}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_and_what_was_typed_stays() {
    for (engine, app) in houses().await {
        let (mut teacher, ..) = house(&app).await;
        let parts = [
            Part::Text("activity", "class-meeting"),
            Part::Text("unit", "c"),
            Part::Text("title", "留住的标题"),
            Part::Text("date", "2022-03-16"),
            Part::Text("count", "0"),
            Part::Text("link", "javascript:alert(1)"),
            Part::Text("client_key", "k1"),
        ];
        let answer = teacher.send(form(&parts)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        for words in ["还没有到（今天是 2022-03-15）", "1 到 100000", "https://", "留住的标题"]
        {
            assert!(answer.body.contains(words), "{engine}: {words}");
        }
        let page = b"<html><script>alert(1)</script></html>";
        let more = vec![Part::File("证明.html", page)];
        let answer = teacher.send(form(&meeting("c", "k2", more))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("不接受网页"), "{engine}");
        let left = std::fs::read_dir(app.originals.incoming()).expect("is there").count();
        assert_eq!(left, 0, "{engine}");
    }
}

#[tokio::test]
async fn a_returned_record_is_mended_and_a_submitted_one_withdrawn() {
    for (engine, app) in houses().await {
        let (mut teacher, _, mut officer) = house(&app).await;
        let answer = teacher.send(form(&meeting("c", "k1", vec![]))).await;
        let id = id_in(answer.location.as_deref());
        let queue = officer.get("/review").await;
        assert!(queue.body.contains(&format!("{id}:1")), "{engine}: {}", queue.body);
        let chosen = format!("{id}:1");
        let without = [("id", chosen.as_str()), ("verb", "return"), ("reason", " ")];
        let answer = officer.post("/review/batch", &without).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let with = [("id", chosen.as_str()), ("verb", "return"), ("reason", "请补纪要")];
        let answer = officer.post("/review/batch", &with).await;
        let location = answer.location.expect("goes on");
        assert!(location.contains("done=1") && location.contains("refused=0"), "{engine}");

        let home = teacher.get("/home").await;
        assert!(home.body.contains("被退回，待修改"), "{engine}");
        let mend = teacher.get(&format!("/records/new?replaces={id}")).await;
        assert!(
            mend.body.contains("请补纪要") && mend.body.contains("三月主题班会"),
            "{engine}"
        );
        let more = vec![Part::Text("replaces", &id), Part::Text("minutes", "补上的纪要")];
        let answer = teacher.send(form(&meeting("c", "k2", more))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let next = id_in(answer.location.as_deref());
        let old = teacher.get(&format!("/records/{id}")).await;
        assert!(old.body.contains(&format!("/records/{next}")), "{engine}");
        let more = vec![Part::Text("replaces", &id)];
        let twice = teacher.send(form(&meeting("c", "k3", more))).await;
        assert_eq!(twice.status, StatusCode::CONFLICT, "{engine}");

        // Who saw it before the withdrawal does not accept it after.
        let answer = teacher
            .post(&format!("/records/{next}/withdraw"), &[("revision", "1"), ("reason", "")])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}");
        let late = [("revision", "1"), ("verb", "accept")];
        let answer = officer.post(&format!("/review/{next}"), &late).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{engine}");
        let page = teacher.get(&format!("/records/{next}")).await;
        assert!(page.body.contains("不再计入任何任务"), "{engine}");
        let file = officer.get("/records/export.xlsx?unit=s").await;
        assert_eq!(file.status, StatusCode::OK, "{engine}");
        assert!(file.body.starts_with("PK"), "{engine}");
    }
}

#[tokio::test]
async fn reuse_is_shown_side_by_side_and_judged_by_a_person() {
    const WORDS: &str = "本次班会先由班主任讲解三起冒充客服退款的案例，再由学生分组讨论遇到陌生来电时应当怎样核实，最后全班齐读反诈口诀。";
    for (engine, app) in houses().await {
        let (mut teacher, mut other, mut officer) = house(&app).await;
        let (large, small) = (photo(3, 960), photo(3, 480));
        let more = vec![Part::File("一.jpg", &large), Part::Text("minutes", WORDS)];
        teacher.send(form(&meeting("c", "k1", more))).await;
        let reworded = WORDS.replace("三起", "两起").replace("全班", "大家");
        let more = vec![
            Part::File("二.jpg", &small),
            Part::File("三.jpg", &large),
            Part::Text("minutes", &reworded),
            Part::Text("time", "23:00"),
        ];
        let answer = other.send(form(&meeting("d", "k2", more))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        web::likeness::catch_up(&app).await.expect("catches up");
        let id = id_in(answer.location.as_deref());
        let queue = officer.get("/review?suspect=1").await;
        assert!(
            queue.body.contains(&id) && queue.body.contains("3 处待核"),
            "{engine}: {}",
            queue.body
        );
        let page = officer.get(&format!("/records/{id}")).await;
        for words in
            ["同一个文件以前用过", "照片与以前的相似", "大段相同", "三年级1班", "<mark>"]
        {
            assert!(page.body.contains(words), "{engine}: {words}");
        }
        assert!(page.body.contains("待审核"), "never punished by itself ({engine})");
        let own = other.get(&format!("/records/{id}")).await;
        assert!(!own.body.contains("同一个文件以前用过"), "{engine}");
        let judge = page.body.split("/review/suspicion/").nth(1).expect("asks for a word");
        let judge = judge.split('"').next().expect("its id").to_owned();
        let path = format!("/review/suspicion/{judge}");
        let refused = other.post(&path, &[("verdict", "fine")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
        let judged = officer.post(&path, &[("verdict", "reused"), ("note", "同一张")]).await;
        assert_eq!(judged.status, StatusCode::SEE_OTHER, "{engine}");
        let page = officer.get(&format!("/records/{id}")).await;
        assert!(page.body.contains("确属重复使用") && page.body.contains("同一张"), "{engine}");
    }
}

#[tokio::test]
async fn programs_hand_in_by_json() {
    for (engine, app) in houses().await {
        let (mut teacher, mut other, _) = house(&app).await;
        let json = |body: &str| {
            Request::post("/api/records")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_owned()))
                .expect("a request")
        };
        let good = r#"{"activity":"class-meeting","unit":"c","title":"班会","date":"2022-03-14","client_key":"j1","roll":[{"person":"p1","present":true}]}"#;
        let answer = teacher.send(json(good)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{engine}: {}", answer.body);
        let answer = teacher.send(json(good)).await;
        assert_eq!(answer.status, StatusCode::OK, "{engine}");
        assert!(answer.body.contains("\"again\":true"), "{engine}");
        let answer = other.send(json(good)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}");
        let answer = teacher.send(json(&good.replace("2022-03-14", "2022-13-01"))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("\"field\":\"date\""), "{engine}: {}", answer.body);
        let answer = teacher.send(json(&good.replace("\"title\"", "\"titel\""))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("titel"), "{engine}");
        let answer = teacher.send(json(&good.replace("\"p1\"", "\"p9\""))).await;
        assert!(answer.body.contains("不是本单位的人员"), "{engine}");
        let answer = Browser::new(&app).send(json(good)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{engine}");
    }
}

#[tokio::test]
async fn times_that_cannot_be_are_told_to_the_reviewer() {
    for (engine, app) in houses().await {
        let (mut teacher, _, mut officer) = house(&app).await;
        // It is ten in the morning, and the meeting was at eleven at night.
        let parts = vec![
            Part::Text("activity", "class-meeting"),
            Part::Text("unit", "c"),
            Part::Text("title", "三月主题班会"),
            Part::Text("date", "2022-03-15"),
            Part::Text("time", "23:00"),
            Part::Text("client_key", "k1"),
        ];
        let answer = teacher.send(form(&parts)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        web::likeness::catch_up(&app).await.expect("catches up");
        let id = id_in(answer.location.as_deref());
        let page = officer.get(&format!("/records/{id}")).await;
        assert!(page.body.contains("时间对不上"), "{engine}");
        assert!(page.body.contains("晚于提交时间"), "{engine}: {}", page.body);
        assert!(page.body.contains("待审核"), "{engine}: told, not punished");
    }
}
