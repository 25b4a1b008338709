//! GNOME's proxy settings, which other desktops share: the schema `org.gnome.system.proxy`.

use hatrack_core::secret::Secret;

use super::SystemProxy;

/// Of what `gsettings list-recursively org.gnome.system.proxy` prints: a schema, a key and a GVariant in each line.
/// `None` where no proxy is set by hand; a script that finds one (`auto`) is not run.
pub(super) fn read(printed: &str) -> Option<SystemProxy> {
    let value = |schema: &str, key: &str| {
        printed.lines().find_map(|line| {
            let mut words = line.splitn(3, ' ');
            let (found, of) = (words.next()?, words.next()?);
            (found == schema && of == key).then(|| words.next().unwrap_or_default().trim())
        })
    };
    const ROOT: &str = "org.gnome.system.proxy";
    if text(value(ROOT, "mode")?) != "manual" {
        return None;
    }
    let proxy = |kind: &str| {
        let schema = format!("{ROOT}.{kind}");
        let host = text(value(&schema, "host")?);
        let port: u16 = value(&schema, "port")?.parse().ok()?;
        (!host.is_empty() && port != 0).then(|| Secret::new(format!("http://{host}:{port}")))
    };
    let around: Vec<String> = value(ROOT, "ignore-hosts")
        .map(list)
        .unwrap_or_default()
        .into_iter()
        .map(|host| host.strip_prefix('*').map(str::to_owned).unwrap_or(host))
        .collect();
    Some(SystemProxy {
        https: proxy("https"),
        http: proxy("http"),
        around: around.join(","),
    })
}

/// A GVariant string without its quotes.
fn text(value: &str) -> &str {
    let value = value.trim();
    value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .unwrap_or(value)
}

/// A GVariant list of strings; hosts hold neither commas nor quotes.
fn list(value: &str) -> Vec<String> {
    let inside = value.trim_start_matches("@as").trim();
    let inside = inside.trim_start_matches('[').trim_end_matches(']');
    inside
        .split(',')
        .map(|item| text(item).to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "\
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '*.example.com']
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.http authentication-password 'canary'
org.gnome.system.proxy.http host 'plain.example'
org.gnome.system.proxy.http port 8080
org.gnome.system.proxy.https host 'proxy.example'
org.gnome.system.proxy.https port 3128
";

    #[test]
    fn a_proxy_that_is_set_by_hand_is_read_with_its_exceptions() {
        let read = read(MANUAL).unwrap();
        assert_eq!(read.https.unwrap().expose(), "http://proxy.example:3128");
        assert_eq!(read.http.unwrap().expose(), "http://plain.example:8080");
        assert_eq!(read.around, "localhost,127.0.0.0/8,.example.com");
    }

    #[test]
    fn no_mode_but_manual_gives_one() {
        for mode in ["'none'", "'auto'", "", "garbage"] {
            assert_eq!(read(&MANUAL.replace("'manual'", mode)), None, "{mode}");
        }
        assert_eq!(read(""), None);
        let without = read(&MANUAL.replace("'proxy.example'", "''")).unwrap();
        assert_eq!(without.https, None);
    }
}
