//! Keeping the library: written, reviewed by another, published, withdrawn. The
//! real router on both engines.

#[path = "support/asking.rs"]
mod asking;
mod support;
#[path = "support/town.rs"]
mod town;

use asking::houses;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use campaign::access::Role;
use support::{Browser, picture};
use town::{granted, town};

#[tokio::test]
async fn a_material_is_reviewed_by_another_published_overrides_and_falls_back() {
    for (engine, app, _) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut writer = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut second = granted(&app, "officer1b", Role::Officer, "s1").await;
        let mut other = granted(&app, "officer2", Role::Officer, "s2").await;
        let body = "## 怎么骗\n- 自己的写法甲\n## 有什么迹象\n- 乙\n## 怎么办\n- 打110";
        let input = [
            ("base", "type/game"),
            ("unit", "s1"),
            ("kind", "type"),
            ("title", "游戏交易骗局"),
            ("body", body),
            ("audience", "pupil"),
        ];
        let half = [("body", "## 怎么骗\n- 甲")];
        let wrong: Vec<(&str, &str)> =
            input.iter().map(|it| if it.0 == "body" { half[0] } else { *it }).collect();
        let answer = writer.post("/library", &wrong).await;
        assert!(answer.body.contains("## 有什么迹象"), "{engine}: {}", answer.body);
        let made = writer.post("/library", &input).await;
        let path = made.location.expect("goes on");
        let path = path.split('?').next().unwrap_or_default().to_owned();
        let twice = writer.post("/library", &input).await;
        assert_eq!(twice.status, StatusCode::CONFLICT, "{engine}");
        let step = format!("{path}/step");
        let public = async |unit: &str| {
            let mut reader = Browser::new(&app);
            reader.get(&format!("/know/type/game?u={unit}")).await.body
        };
        let review = [("verb", "review")];
        let own = writer.post(&step, &review).await;
        assert_eq!(own.status, StatusCode::CONFLICT, "{engine}: {}", own.body);
        let strange = other.post(&step, &review).await;
        assert_eq!(strange.status, StatusCode::NOT_FOUND, "{engine}");
        let early = second.post(&step, &[("verb", "publish")]).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "{engine}");
        assert!(!public("s1").await.contains("自己的写法甲"), "{engine}: a draft");
        second.post(&step, &review).await;
        second.post(&step, &[("verb", "publish")]).await;
        assert!(public("s1").await.contains("自己的写法甲"), "{engine}");
        assert!(public("c1").await.contains("自己的写法甲"), "{engine}: and below");
        assert!(!public("s2").await.contains("自己的写法甲"), "{engine}: nowhere else");
        let print = Browser::new(&app).get("/know/type/game/print?u=s1").await;
        assert!(print.body.contains("自己的写法甲") && print.body.contains("<svg"), "{engine}");
        // A new version is a draft; the published one stays.
        let next: Vec<(&str, &str)> = input
            .iter()
            .map(|it| if it.0 == "title" { ("title", "第二版标题") } else { *it })
            .collect();
        writer.post(&format!("{path}/edit"), &next).await;
        assert!(public("s1").await.contains("游戏交易骗局"), "{engine}");
        let page = writer.get(&path).await;
        assert!(page.body.contains("第 2 版") && page.body.contains("第 1 版"), "{engine}");
        second.post(&step, &review).await;
        second.post(&step, &[("verb", "publish")]).await;
        assert!(public("s1").await.contains("第二版标题"), "{engine}");
        let bare = second.post(&step, &[("verb", "withdraw")]).await;
        assert_eq!(bare.status, StatusCode::CONFLICT, "{engine}: a reason is needed");
        second.post(&step, &[("verb", "withdraw"), ("reason", "过时")]).await;
        let page = public("s1").await;
        assert!(
            !page.contains("第二版标题") && page.contains("网络游戏产品虚假交易"),
            "{engine}"
        );
        let list = writer.get("/library?q=第二版").await;
        assert!(list.body.contains("已撤回"), "{engine}");
        let file = writer.get("/library/export.xlsx").await;
        assert_eq!(file.status, StatusCode::OK, "{engine}");
    }
}

/// The head of a film as phones write it, and so many bytes of it.
fn film(n_bytes: usize) -> Vec<u8> {
    let mut film = b"\0\0\0\x18ftypisom\0\0\0\0isommp42".to_vec();
    film.resize(n_bytes, 7);
    film
}

/// Begins a material; the path of its page.
async fn begun(writer: &mut Browser, input: &[(&str, &str)]) -> String {
    let made = writer.post("/library", input).await.location.expect("goes on");
    made.split('?').next().unwrap_or_default().to_owned()
}

fn part(path: &str, range: &str) -> Request<Body> {
    Request::get(path).header(header::RANGE, range).body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn a_short_film_is_published_with_its_film_and_played_in_parts() {
    for (engine, app, _) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut writer = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut second = granted(&app, "officer1b", Role::Officer, "s1").await;
        let mut other = granted(&app, "officer2", Role::Officer, "s2").await;
        let mut reader = Browser::new(&app);
        let input = [
            ("unit", "s1"),
            ("kind", "video"),
            ("title", "三分钟看懂刷单"),
            ("body", "片中说：先返小钱，再叫你垫大钱。"),
            ("audience", "pupil"),
        ];
        let page = begun(&mut writer, &input).await;
        let id = page.trim_start_matches("/library/").to_owned();
        let (files, step) = (format!("{page}/files"), format!("{page}/step"));
        let early = second.post(&step, &[("verb", "review")]).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "{engine}");
        assert!(early.body.contains("还没有上传视频文件"), "{engine}: {}", early.body);
        // Only what phones play, and only by those who keep this library.
        let mut odd = film(400);
        odd.splice(8..12, *b"qt  ");
        let refused = writer.upload(&files, &[], ("片子.mov", &odd)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(refused.body.contains("片子.mov") && refused.body.contains("MP4"), "{engine}");
        let none = writer.upload(&files, &[], ("", b"")).await;
        assert!(none.body.contains("请选择一个文件"), "{engine}: {}", none.body);
        let strange = other.upload(&files, &[], ("a.mp4", &film(400))).await;
        assert_eq!(strange.status, StatusCode::NOT_FOUND, "{engine}");
        let whole = film(5_000);
        let caption = [("caption", "民警讲解")];
        let put = writer.upload(&files, &caption, ("刷单.mp4", &whole)).await;
        assert_eq!(put.status, StatusCode::SEE_OTHER, "{engine}: {}", put.body);
        let twice = writer.upload(&files, &caption, ("又一次.mp4", &whole)).await;
        assert_eq!(twice.status, StatusCode::CONFLICT, "{engine}");
        writer.upload(&files, &[], ("封面.png", &picture())).await;
        let at = format!("/know/files/{id}/1/1");
        for (browser, status) in [
            (&mut writer, StatusCode::OK),
            (&mut reader, StatusCode::NOT_FOUND),
            (&mut other, StatusCode::NOT_FOUND),
        ] {
            assert_eq!(browser.get(&at).await.status, status, "{engine}: a draft");
        }
        second.post(&step, &[("verb", "review")]).await;
        second.post(&step, &[("verb", "publish")]).await;
        let shown = reader.get(&format!("/know/m/{id}?u=s1")).await;
        assert!(shown.body.contains(&format!("src=\"{at}\"")), "{engine}: {}", shown.body);
        assert!(shown.body.contains("<video") && shown.body.contains("民警讲解"), "{engine}");
        assert!(reader.get("/know?u=s1").await.body.contains("三分钟看懂刷单"), "{engine}");
        let (status, bytes) = reader.bytes(part(&at, "bytes=10-19")).await;
        assert_eq!(status, StatusCode::PARTIAL_CONTENT, "{engine}");
        assert_eq!(Some(bytes.as_slice()), whole.get(10..20), "{engine}");
        let (status, bytes) = reader.bytes(part(&at, "bytes=4990-")).await;
        assert_eq!((status, bytes.len()), (StatusCode::PARTIAL_CONTENT, 10), "{engine}");
        let (status, _) = reader.bytes(part(&at, "bytes=9000-")).await;
        assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE, "{engine}");
        let packed = Request::get(&at).header(header::ACCEPT_ENCODING, "gzip");
        let (_, bytes) = reader.bytes(packed.body(Body::empty()).expect("a request")).await;
        assert_eq!(bytes, whole, "{engine}: a film is not packed once more");
        // What is public keeps its files: they change with a new version only.
        let late = writer.post(&format!("{files}/1/remove"), &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{engine}: {}", late.body);
        writer.post(&format!("{page}/edit"), &input).await;
        let gone = writer.post(&format!("{files}/2/remove"), &[]).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{engine}: {}", gone.body);
        let keeper = writer.get(&page).await;
        assert!(keeper.body.contains("刷单.mp4"), "{engine}: carried over");
        assert!(!keeper.body.contains("封面.png</a>"), "{engine}: taken off the new version");
        let cover = format!("/know/files/{id}/1/2/thumbnail");
        assert_eq!(reader.get(&cover).await.status, StatusCode::OK, "{engine}: still public");
        second.post(&step, &[("verb", "review")]).await;
        second.post(&step, &[("verb", "publish")]).await;
        assert_eq!(reader.get(&cover).await.status, StatusCode::NOT_FOUND, "{engine}");
        let whole = reader.get(&format!("/know/files/{id}/2/1")).await;
        assert_eq!(whole.status, StatusCode::OK, "{engine}");
    }
}

#[tokio::test]
async fn nobody_passes_what_they_did_not_see_or_had_a_hand_in() {
    for (engine, app, _) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut writer = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut second = granted(&app, "officer1b", Role::Officer, "s1").await;
        let mut third = granted(&app, "officer1c", Role::Officer, "s1").await;
        let input = [
            ("unit", "s1"),
            ("kind", "case-alert"),
            ("title", "有人冒充老师收费"),
            ("body", "先打电话问老师。"),
            ("audience", "parent"),
        ];
        let page = begun(&mut writer, &input).await;
        let id = page.trim_start_matches("/library/").to_owned();
        let (files, step) = (format!("{page}/files"), format!("{page}/step"));
        let revision = |page: &str| asking::between(page, "name=\"revision\" value=\"", "\"");
        let seen = revision(&third.get(&page).await.body);
        // Beside a case no number, and a camera's own notes stay out.
        let named = [("caption", "受害人 13800138000")];
        let refused = second.upload(&files, &named, ("a.png", &picture())).await;
        assert!(refused.body.contains("13800138000"), "{engine}: {}", refused.body);
        let put = second.upload(&files, &[], ("IMG_20261127.jpg", &photo())).await;
        assert_eq!(put.status, StatusCode::SEE_OTHER, "{engine}: {}", put.body);
        let shown = writer.get(&page).await.body;
        assert!(shown.contains("附件.jpg") && !shown.contains("20261127"), "{engine}");
        let at = asking::between(&shown, "src=\"/know/files/", "\"");
        let at = format!("/know/files/{}", at.trim_end_matches("/thumbnail"));
        let (_, bytes) = writer.bytes(part(&at, "bytes=0-")).await;
        assert!(bytes.starts_with(&[0xff, 0xd8]), "{engine}");
        assert!(!bytes.windows(4).any(|it| it == b"Exif"), "{engine}: what the camera wrote");
        // Both had a hand in it, and the third saw another state of it.
        for browser in [&mut writer, &mut second] {
            let own = browser.post(&step, &[("verb", "review")]).await;
            assert_eq!(own.status, StatusCode::CONFLICT, "{engine}: {}", own.body);
        }
        let old = third.post(&step, &[("verb", "review"), ("revision", &seen)]).await;
        assert_eq!(old.status, StatusCode::CONFLICT, "{engine}: {}", old.body);
        assert!(old.body.contains("刚被别人改过"), "{engine}: {}", old.body);
        let seen = revision(&third.get(&page).await.body);
        let new = third.post(&step, &[("verb", "review"), ("revision", &seen)]).await;
        assert_eq!(new.status, StatusCode::SEE_OTHER, "{engine}: {}", new.body);
        // A file more makes it a draft again; a place is never given twice.
        second.upload(&files, &[], ("b.png", &picture())).await;
        assert!(third.get(&page).await.body.contains("草稿"), "{engine}");
        let early = third.post(&step, &[("verb", "publish")]).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "{engine}");
        let first = asking::between(&second.get(&page).await.body, &format!("{files}/"), "/");
        second.post(&format!("{files}/{first}/remove"), &[]).await;
        second.upload(&files, &[], ("c.jpg", &photo())).await;
        let gone = second.get(&format!("/know/files/{id}/1/{first}")).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{engine}");
    }
}

#[tokio::test]
async fn what_a_consultation_no_longer_needs_stays_where_a_material_shows_it() {
    for (engine, app, now) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut writer = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut asker = Browser::new(&app);
        let shot = picture();
        asking::ask(&mut asker, &now, ("s1", asking::SCAM, "nothing"), Some(&shot)).await;
        let input = [
            ("unit", "s1"),
            ("kind", "article"),
            ("title", "认清这张图"),
            ("body", "见图。"),
            ("audience", "anyone"),
        ];
        let page = begun(&mut writer, &input).await;
        writer.upload(&format!("{page}/files"), &[], ("图.png", &shot)).await;
        asking::pass(&now, 9 * 24 * asking::HOUR);
        web::chores::run_once(&app).await;
        let id = page.trim_start_matches("/library/");
        let mut writer = granted(&app, "officer1c", Role::Officer, "s1").await;
        for end in ["", "/thumbnail"] {
            let path = format!("/know/files/{id}/1/1{end}");
            assert_eq!(writer.get(&path).await.status, StatusCode::OK, "{engine}: {path}");
        }
    }
}

/// A photo with what a camera writes into it.
fn photo() -> Vec<u8> {
    let mut plain = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(60, 40, image::Rgb([200, 90, 9]))
        .write_to(&mut plain, image::ImageFormat::Jpeg)
        .expect("encodes");
    let plain = plain.into_inner();
    // The smallest block of notes: no notes in it.
    let notes = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0";
    let mut photo = plain[..2].to_vec();
    photo.extend([0xff, 0xe1, 0, notes.len() as u8 + 2]);
    photo.extend(notes);
    photo.extend(&plain[2..]);
    photo
}
