//! What is kept of somebody, as one file that they can read (UK GDPR, articles 15 and 20).

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::app::App;

/// A text for the person, the same for a machine (article 20), and the files.
pub async fn archive(app: &App, all: &Value) -> anyhow::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    zip.start_file("what-we-hold.txt", plain)?;
    zip.write_all(in_words(all).as_bytes())?;
    zip.start_file("what-we-hold.json", plain)?;
    zip.write_all(serde_json::to_string_pretty(all)?.as_bytes())?;
    for table in ["message_media", "documents", "recordings"] {
        for row in all["tables"][table].as_array().into_iter().flatten() {
            let Some(path) = row["path"].as_str() else { continue };
            zip.start_file(format!("files/{}", path.replace('/', "-")), plain)?;
            zip.write_all(&app.shelf.get(path).await?)?;
        }
    }
    Ok(zip.finish()?.into_inner())
}

/// Every row, a line for each thing that is known.
fn in_words(all: &Value) -> String {
    let mut text = format!(
        "What is kept of {}, as of {}.\n",
        all["phone"].as_str().unwrap_or_default(),
        all["exported"].as_str().unwrap_or_default()
    );
    for (table, rows) in all["tables"].as_object().into_iter().flatten() {
        let _ = write!(text, "\n{}\n", table.replace('_', " ").to_uppercase());
        for row in rows.as_array().into_iter().flatten().filter_map(Value::as_object) {
            for (column, value) in row.iter().filter(|(_, value)| !value.is_null()) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let _ = writeln!(text, "  {}: {value}", column.replace('_', " "));
            }
            text.push('\n');
        }
    }
    text
}
