//! Targets of a plan: what units measure, how it adds up, and the light that
//! it gives, on both engines.

mod support;
#[path = "support/town.rs"]
mod town;

use axum::http::StatusCode;
use campaign::access::Role;
use support::{Answer, Browser, houses};
use town::{adopt, granted, teacher, town};

const TARGET: &str = "w-alliance-2022";

struct Sheet<'a> {
    campaign: &'a str,
    unit: &'a str,
}

impl Sheet<'_> {
    async fn enter(
        &self,
        browser: &mut Browser,
        (on, part, whole): (&str, &str, &str),
    ) -> Answer {
        let path = format!(
            "/board/target/readings?campaign={}&unit={}&target={TARGET}",
            self.campaign, self.unit
        );
        let pairs = [("on", on), ("part", part), ("whole", whole), ("source", "各班群主统计")];
        browser.post(&path, &pairs).await
    }

    async fn page(&self, browser: &mut Browser, date: &str) -> Answer {
        let path = format!(
            "/board/target?campaign={}&unit={}&date={date}&target={TARGET}",
            self.campaign, self.unit
        );
        browser.get(&path).await
    }
}

#[tokio::test]
async fn a_school_measures_the_bureau_sees_the_sum_and_a_mistake_is_taken_back() {
    for (engine, app) in houses().await {
        let mut admin = Browser::new(&app);
        let town = town(&app, &mut admin).await;
        let page = adopt(
            &mut admin,
            campaign::plan::built_in("wujin").expect("is built in"),
            &town.root,
        )
        .await;
        let campaign = page.trim_start_matches("/plans/").to_owned();
        let mut first = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut second = granted(&app, "officer2", Role::Officer, "s2").await;
        let mut clerk = granted(&app, "clerk1", Role::Clerk, &town.root).await;
        let s1 = Sheet { campaign: &campaign, unit: "s1" };
        let s2 = Sheet { campaign: &campaign, unit: "s2" };
        let all = Sheet { campaign: &campaign, unit: &town.root };
        assert!(all.page(&mut clerk, "").await.body.contains("尚无数据"), "{engine}");
        for (figures, words) in [
            (("2022-02-28", "101", "100"), "不能大于"),
            (("2022-02-28", "1", "0"), "至少为 1"),
            (("2022-02-28", "一百", "100"), "应为 0 至"),
            (("2022-02-30", "1", "2"), "截至日期"),
            (("2099-01-01", "1", "2"), "至今天"),
        ] {
            let wrong = s1.enter(&mut first, figures).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: {figures:?}");
            assert!(wrong.body.contains(words), "{engine}: {figures:?}");
        }
        let done = s1.enter(&mut first, ("2022-01-31", "10", "100")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{engine}: {}", done.body);
        s1.enter(&mut first, ("2022-02-28", "80", "100")).await;
        s2.enter(&mut second, ("2022-02-20", "10", "300")).await;
        // 90 of 400 by the end of February is ahead of a path to 80 % in December.
        let seen = all.page(&mut clerk, "").await.body;
        assert!(seen.contains("22.5%") && seen.contains("绿 · 达标"), "{engine}");
        assert!(seen.contains("下级 2 个单位填报的合计 90/400"), "{engine}");
        // The worst first, each with its own light.
        let (worse, better) = (seen.find("西门小学"), seen.find("东门小学"));
        assert!(worse < better && worse.is_some(), "{engine}");
        let later = format!("/board/target?campaign={campaign}&target=w-alliance-2023");
        let later = clerk.get(&later).await.body;
        assert!(
            later.contains("未开始") && later.contains("2023-01-01"),
            "{engine}: no light yet"
        );
        let board = clerk.get(&format!("/board?campaign={campaign}")).await.body;
        assert!(board.contains("22.5%"), "{engine}");
        // What was entered today was not known on a past day.
        let then = all.page(&mut clerk, "2022-03-01").await.body;
        assert!(then.contains("尚无数据"), "{engine}: as it was known");
        let refused = s1.enter(&mut second, ("2022-02-28", "1", "100")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}: another school's");
        let hidden = s1.page(&mut second, "").await;
        assert_eq!(hidden.status, StatusCode::FORBIDDEN, "{engine}");
        // Taken back: the earlier one counts again.
        let own = s1.page(&mut first, "").await.body;
        let id = own.split("/board/target/readings/").nth(1).expect("a reading to withdraw");
        let id = id.split('/').next().unwrap_or_default();
        let path = format!(
            "/board/target/readings/{id}/withdraw?campaign={campaign}&unit=s1&target={TARGET}"
        );
        let refused = second.post(&path, &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
        assert_eq!(first.post(&path, &[]).await.status, StatusCode::SEE_OTHER, "{engine}");
        assert_eq!(first.post(&path, &[]).await.status, StatusCode::CONFLICT, "{engine}");
        let own = s1.page(&mut first, "").await.body;
        assert!(own.contains("已撤回") && own.contains("10.0%"), "{engine}");
        let file = format!("/board/target.xlsx?campaign={campaign}&target={TARGET}");
        assert!(clerk.get(&file).await.body.starts_with("PK"), "{engine}: a workbook");
        let unknown =
            clerk.get(&format!("/board/target?campaign={campaign}&target=none")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{engine}");
        let mut teacher = teacher(&app).await;
        let class = Sheet { campaign: &campaign, unit: "c1" };
        let seen = class.page(&mut teacher, "").await;
        assert!(!seen.body.contains("填报</h2>"), "{engine}: a class measures nothing");
    }
}
