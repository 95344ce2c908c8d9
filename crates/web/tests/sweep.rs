//! Files that nothing names are taken away, and no others.

mod support;

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use campaign::access::{Action, permit_house};
use storage::evidence::{Evidence, Kind};
use storage::record::{self, NewRecord};
use support::{Browser, school};
use web::AppState;
use web::files;

const DAY_MS: i64 = 86_400_000;

fn path(app: &AppState, sha256: &str) -> PathBuf {
    let (head, rest) = sha256.split_at(2);
    app.originals.folder().join(head).join(rest)
}

fn set_age(file: &std::path::Path, app: &AppState, days: i64) {
    let at = (app.clock.now() - days * DAY_MS) as u64;
    let file = std::fs::File::options().append(true).open(file).expect("opens");
    file.set_modified(UNIX_EPOCH + Duration::from_millis(at)).expect("sets the time");
}

/// Keeps a file as if it had come some days ago.
async fn keep(app: &AppState, text: &str, days: i64) -> String {
    let sha256 = app.originals.keep_bytes(text.as_bytes()).await.expect("keeps");
    set_age(&path(app, &sha256), app, days);
    sha256
}

fn evidence(app: &AppState, sha256: &str, thumbnail: &str) -> Evidence {
    Evidence {
        id: "e".to_owned(),
        unit: "c".to_owned(),
        kind: Kind::Photo,
        name: "班会.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        size_bytes: 1,
        sha256: sha256.to_owned(),
        thumbnail_sha256: Some(thumbnail.to_owned()),
        taken_at: None,
        latitude: None,
        longitude: None,
        uploaded_at: app.clock.now(),
        uploaded_by: "teacher".to_owned(),
    }
}

async fn hand_in(app: &AppState, file: Evidence) {
    let record = NewRecord {
        id: "r".to_owned(),
        activity: "class-meeting".to_owned(),
        unit: "c".to_owned(),
        person: None,
        title: "班会".to_owned(),
        acted_on: app.clock.today(),
        acted_time: None,
        submitted_at: app.clock.now(),
        submitted_by: "teacher".to_owned(),
        count: 1,
        place: None,
        minutes: None,
        link: None,
        roll: Vec::new(),
        evidence: vec![file],
        replaces: None,
        client_key: "k".to_owned(),
        later: Vec::new(),
    };
    let permit = permit_house(Action::Submit, "c");
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    record::insert_taken(&mut tx, &permit, &[record]).await.expect("inserts");
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn a_loose_file_goes_after_a_day_and_a_named_one_never() {
    for (engine, app) in support::houses().await {
        Browser::new(&app).set_up("bureau").await;
        school::fill(&app).await;
        let named = keep(&app, "原件", 400).await;
        let thumbnail = keep(&app, "缩略图", 400).await;
        let loose = keep(&app, "退回的表单", 2).await;
        let young = keep(&app, "正在填的表单", 0).await;
        let again = keep(&app, "又传了一次", 2).await;
        hand_in(&app, evidence(&app, &named, &thumbnail)).await;
        // The same content came again while the sweep was looking.
        keep(&app, "又传了一次", 0).await;
        let rosters = app.files.join("rosters");
        std::fs::create_dir_all(&rosters).expect("a folder");
        for (name, days) in [("a.roster", 8), ("b.roster", 6), ("c.part", 2)] {
            std::fs::write(rosters.join(name), "x").expect("writes");
            set_age(&rosters.join(name), &app, days);
        }

        assert_eq!(files::sweep(&app).await.expect("sweeps"), 3, "{engine}");
        for (sha256, stays) in [
            (&named, true),
            (&thumbnail, true),
            (&loose, false),
            (&young, true),
            (&again, true),
        ] {
            assert_eq!(path(&app, sha256).exists(), stays, "{engine}: {sha256}");
        }
        let left: Vec<String> = std::fs::read_dir(&rosters)
            .expect("a folder")
            .map(|it| it.expect("a file").file_name().to_string_lossy().into_owned())
            .collect();
        assert_eq!(left, ["b.roster"], "{engine}");
        let again = app.originals.take_away(&again, app.clock.now() - DAY_MS).await;
        assert!(!again.expect("looks"), "{engine}: what came again stays");
    }
}
