//! Previews in WebKitGTK: what is painted, what is listed, and that nothing in an object runs.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;

use crate::app::{App, hat, plain};
use crate::desktop::Desktop;
use crate::journey::open_bucket;
use crate::patience::{eventually, holds};
use crate::steps::switch;
use crate::world::World;

const FOLDER: &str = "previews/";
/// 8 by 8 pixels.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEElEQVR4nGOQC9yHFTEMLQkAErg4ARSpFDcAAAAASUVORK5CYII=";
const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='80' height='40' onload='parent.pwned=1'>\
    <rect width='80' height='40' fill='teal'/><script>top.pwned=1</script></svg>";
const HTML: &str =
    "<html><head><title>pwned</title><script>window.pwned=1;document.title='pwned'</script></head></html>";

#[test]
fn pictures_and_documents_are_painted_tables_are_listed_and_nothing_in_an_object_runs() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    fill(&desktop, &world);
    let app = App::start(&desktop, &world.variables(), &[]);
    let story = world.story("S13");
    switch(&app, story);
    app.click("browse-s3");
    open_bucket(&app, story.bucket());
    app.click_with("object-row", &[("key", FOLDER)]);

    show(&app, "chart.png");
    app.text_that("preview-pixels", "tells its size", |text| text == "8 × 8 pixels");
    let width = "return document.querySelector('[data-testid=preview-image]').naturalWidth";
    assert_eq!(run(&app, width), 8);
    let address = run(
        &app,
        "return document.querySelector('[data-testid=preview-image]').src",
    );
    let address = address.as_str().unwrap().to_owned();

    show(&app, "chart.svg");
    app.text_that("preview-pixels", "tells its size", |text| {
        text == "80 × 40 pixels"
    });
    let (host, _) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    holds("the picture before is served no longer", || {
        TcpStream::connect(host).is_err()
    });

    show(&app, "invoice.pdf");
    app.find_with("preview-pdf", &[("painted", "true")]);
    // A word above in a font that the document does not hold, and a box below it.
    let dark = "const canvas = document.querySelector('[data-testid=preview-pdf]');\
        const half = canvas.height / 2;\
        const { data } = canvas.getContext('2d').getImageData(0, arguments[0] * half, canvas.width, half);\
        let count = 0; for (let i = 0; i < data.length; i += 4) if (data[i] < 90 && data[i + 2] > 150) count += 1;\
        return count";
    for (half, least) in [(0, 50), (1, 500)] {
        let count = app.page().run(dark, &[half.into()]).unwrap();
        assert!(count.as_u64().unwrap() > least, "{count} in half {half}");
    }

    show(&app, "costs.csv");
    app.text_that("preview-count", "counts", |text| text == "3 rows, 2 columns");
    assert_eq!(cells(&app), ["S3", "1.50", "EC2, on demand", "20.25", "–", "0"]);

    show(&app, "usage.parquet");
    app.text_that("preview-count", "counts", |text| {
        text == "The first 200 of 1,000 rows"
    });
    assert_eq!(cells(&app)[..4], ["0", "row 0", "1", "row 1"]);

    show(&app, "page.html");
    app.text_that("preview-text", "is the page's text", |text| text == HTML);
    show(&app, "packed.txt.gz");
    app.text_that("preview-text", "is what is packed", |text| text == "packed text");

    assert_eq!(run(&app, "return 'pwned' in window"), false);
    assert_ne!(run(&app, "return document.title"), "pwned");
    assert_eq!(
        run(
            &app,
            "return document.querySelectorAll('iframe, object, embed').length"
        ),
        0
    );
}

fn show(app: &App, name: &str) {
    app.click_with("object-row", &[("key", &format!("{FOLDER}{name}"))]);
    let shown = "return document.querySelector('[data-testid=preview-name]')?.textContent";
    holds(&format!("the preview is of {name}"), || {
        app.page().run(shown, &[]).is_ok_and(|shown| shown == name)
    });
}

fn run(app: &App, script: &str) -> Value {
    app.page().run(script, &[]).unwrap()
}

/// The cells of the first rows.
fn cells(app: &App) -> Vec<String> {
    eventually("rows are there", || {
        let cells = run(
            app,
            "return [...document.querySelectorAll('[data-testid=preview-row] [role=gridcell]')].slice(0, 6).map((c) => c.textContent)",
        );
        let cells: Vec<String> = serde_json::from_value(cells).unwrap();
        (!cells.is_empty()).then_some(cells)
    })
}

/// Puts an object of each kind into the story's bucket.
fn fill(desktop: &Desktop, world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let png = base64::engine::general_purpose::STANDARD.decode(PNG).unwrap();
    let files: [(&str, Vec<u8>); 7] = [
        ("chart.png", png),
        ("chart.svg", SVG.into()),
        ("invoice.pdf", pdf()),
        (
            "costs.csv",
            "service,cost\nS3,1.50\n\"EC2, on demand\",20.25\n,0\n".into(),
        ),
        ("usage.parquet", table()),
        ("page.html", HTML.into()),
        ("packed.txt.gz", gzip(b"packed text")),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        put(desktop, world, &path, name);
    }
}

fn put(desktop: &Desktop, world: &World, path: &Path, name: &str) {
    let story = world.story("S13");
    let put = plain(desktop, hat(), &world.variables())
        .args(["s3", "cp"])
        .arg(path)
        .arg(format!("s3://{}/{FOLDER}{name}", story.bucket()))
        .args(["--role", story.profile()])
        .output()
        .unwrap();
    assert!(put.status.success(), "{}", String::from_utf8_lossy(&put.stderr));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A thousand rows of a number and a text.
fn table() -> Vec<u8> {
    let schema = "message m { required int64 id; required binary name (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut ids = group.next_column().unwrap().unwrap();
    let numbers: Vec<i64> = (0..1000).collect();
    ids.typed::<Int64Type>()
        .write_batch(&numbers, None, None)
        .unwrap();
    ids.close().unwrap();
    let mut names = group.next_column().unwrap().unwrap();
    let texts: Vec<_> = numbers
        .iter()
        .map(|n| ByteArray::from(format!("row {n}").as_str()))
        .collect();
    names
        .typed::<ByteArrayType>()
        .write_batch(&texts, None, None)
        .unwrap();
    names.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// One page with a word and a box.
fn pdf() -> Vec<u8> {
    let drawing = "0.1 0.4 0.8 rg 20 10 60 40 re f BT /F1 24 Tf 20 80 Td (Invoice) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 120] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(text.len());
        text += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let end = text.len();
    text += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        text += &format!("{place:010} 00000 n \n");
    }
    text += &format!(
        "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n",
        objects.len() + 1
    );
    text.into_bytes()
}
