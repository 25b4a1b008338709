//! KDE's proxy settings: the file `kioslaverc`.

use hatrack_core::secret::Secret;

use super::SystemProxy;

/// Of the file's text. `None` where no proxy is set by hand; a script that finds one is not run.
pub(super) fn read(text: &str) -> Option<SystemProxy> {
    let mut inside = false;
    let mut values = std::collections::BTreeMap::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[Proxy Settings]";
        } else if inside && let Some((key, value)) = line.split_once('=') {
            values.insert(key.trim(), value.trim());
        }
    }
    // 1: by hand. 2 and 3 find a script, 4 names variables, which the caller's environment has itself.
    if values.get("ProxyType") != Some(&"1") {
        return None;
    }
    // Then the list names what goes through the proxy, which nothing else can say.
    if values.get("ReversedException") == Some(&"true") {
        return None;
    }
    let around: Vec<&str> = values
        .get("NoProxyFor")
        .copied()
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|host| !host.is_empty())
        .collect();
    Some(SystemProxy {
        https: values.get("httpsProxy").and_then(|value| address(value)),
        http: values.get("httpProxy").and_then(|value| address(value)),
        around: around.join(","),
    })
}

/// `http://host port`, or `http://host:port`.
fn address(value: &str) -> Option<Secret> {
    let mut words = value.split_whitespace();
    let host = words.next()?;
    Some(Secret::new(match words.next() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "\
[$Version]
update_info=kioslave.upd:kde2.2/r1

[Proxy Settings]
NoProxyFor=localhost, .example.com
ProxyType=1
ReversedException=false
httpProxy=http://plain.example:8080
httpsProxy=http://proxy.example 3128

[Other]
ProxyType=0
";

    #[test]
    fn a_proxy_that_is_set_by_hand_is_read_with_its_exceptions() {
        let read = read(MANUAL).unwrap();
        assert_eq!(read.https.unwrap().expose(), "http://proxy.example:3128");
        assert_eq!(read.http.unwrap().expose(), "http://plain.example:8080");
        assert_eq!(read.around, "localhost,.example.com");
    }

    #[test]
    fn what_is_not_set_by_hand_gives_none() {
        for kind in ["0", "2", "3", "4", ""] {
            let text = MANUAL.replacen("ProxyType=1", &format!("ProxyType={kind}"), 1);
            assert_eq!(read(&text), None, "{kind}");
        }
        assert_eq!(
            read(&MANUAL.replace("ReversedException=false", "ReversedException=true")),
            None
        );
        assert_eq!(read(""), None);
    }
}
