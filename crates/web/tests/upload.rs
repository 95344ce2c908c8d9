//! An upload that breaks off in the middle, over a real connection.

mod support;

use std::time::Duration;

use support::{Browser, houses, school};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_cut_off_upload_leaves_nothing_behind() {
    for (engine, app) in houses().await {
        Browser::new(&app).set_up("bureau").await;
        school::fill(&app).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("has one");
        let server =
            tokio::spawn(axum::serve(listener, web::router(app.clone())).into_future());

        let mut wire = TcpStream::connect(address).await.expect("connects");
        let head = "POST /records/new HTTP/1.1\r\nHost: x\r\nCookie: wuzha_session=teacher\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n\
             --b\r\nContent-Disposition: form-data; name=\"unit\"\r\n\r\nc\r\n\
             --b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.jpg\"\r\n\r\n";
        wire.write_all(head.as_bytes()).await.expect("sends");
        wire.write_all(&vec![0xff; 3 << 20]).await.expect("sends");
        wire.flush().await.expect("sends");
        let incoming =
            || std::fs::read_dir(app.originals.incoming()).expect("is there").count();
        for _ in 0..200 {
            if 0 < incoming() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(incoming(), 1, "{engine}: it is coming in");
        drop(wire);
        for _ in 0..200 {
            if incoming() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(incoming(), 0, "{engine}: nothing is left of it");
        let mut conn = app.store.read().await.expect("reads");
        let filter = storage::record::Filter::default();
        let kept = storage::record::count(&mut conn, &filter, 10).await.expect("counts");
        assert_eq!(kept, 0, "{engine}");
        drop(conn);
        let page = Browser::signed_in(&app, "teacher").get("/home").await;
        assert_eq!(page.status, axum::http::StatusCode::OK, "{engine}: the server is well");
        server.abort();
    }
}
