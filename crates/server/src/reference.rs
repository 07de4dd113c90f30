//! References made from the code: the API's page, and the configuration's Markdown.

use std::fmt::Write;

use serde_json::Value;
use slipway_kernel::settings::Settings;
use utoipa::openapi::OpenApi;

/// The page's look; a file of its own, because the content security policy allows no inline style.
pub const STYLE: &str = include_str!("reference.css");

/// The page that lists every operation.
#[must_use]
pub fn api_page(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Slipway API</title><link rel=\"stylesheet\" href=\"/reference.css\"><main><h1>Slipway API</h1>\
         <p><a href=\"/app\">The console</a> and the command line (<code>slipway login</code>, then \
         <code>slipway --help</code>) use this API. <a href=\"/sign-in\">Sign in</a> to your account to make a token \
         for a program of your own. Everything below is also an <a href=\"/api/v2/openapi.json\">OpenAPI \
         document</a>.</p><table><thead><tr><th>Operation</th><th>What it does</th><th>Needs</th></tr></thead><tbody>",
    );
    for (path, methods) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            row(&mut page, path, method, operation);
        }
    }
    page.push_str("</tbody></table></main></html>");
    page
}

fn row(page: &mut String, path: &str, method: &str, operation: &Value) {
    let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
    let needs = operation
        .pointer("/security/0/token/0")
        .and_then(Value::as_str)
        .unwrap_or("nothing");
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "<tr><td><b>{}</b> <code>{}</code></td><td>{}</td><td><code>{}</code></td></tr>",
        escaped(&method.to_uppercase()),
        escaped(path),
        escaped(text("summary")),
        escaped(needs)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The reference of all settings, as Markdown.
///
/// # Errors
///
/// Never in practice: settings are plain values.
pub fn configuration_reference() -> anyhow::Result<String> {
    let schemas = Settings::sections();
    let defaults = toml::Value::try_from(Settings::default())?;
    let mut text = String::from(
        "# Configuration\n\nThe server reads its settings from a TOML file (`slipway server --config FILE`), then from \
         variables, then from flags; the last one wins. A setting `key` of the section `[section]` is the variable \
         `SLIPWAY_SECTION_KEY`. Unknown keys are refused. `slipway server --print-config` shows what would be used.\n",
    );
    for (section, schema) in schemas {
        let schema = serde_json::to_value(schema)?;
        writeln!(text, "\n## [{section}]\n\n{}\n", description(&schema))?;
        writeln!(text, "| Key | Default | What it is |\n| --- | --- | --- |")?;
        for (key, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let default = defaults
                .get(section)
                .and_then(|table| table.get(key))
                .map(ToString::to_string);
            let default = default.map_or_else(|| "–".to_owned(), |value| format!("`{value}`"));
            writeln!(text, "| `{key}` | {default} | {} |", description(property))?;
        }
    }
    Ok(text)
}

/// The description of a property; that of a referenced type stands beside the reference.
fn description(schema: &Value) -> String {
    schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .replace('\n', " ")
        .trim()
        .to_owned()
}
