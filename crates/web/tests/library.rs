//! Keeping the library: written, reviewed by another, published, withdrawn. The
//! real router on both engines.

#[path = "support/asking.rs"]
mod asking;
mod support;
#[path = "support/town.rs"]
mod town;

use asking::houses;
use axum::http::StatusCode;
use campaign::access::Role;
use support::Browser;
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
