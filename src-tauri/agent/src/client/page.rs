//! Opening a sign-in page in the person's browser.

use std::io;

/// Opens `url` in the person's browser: `$BROWSER`, else the desktop's. Only `http` and `https` addresses are opened.
pub fn open_page(url: &str) -> io::Result<()> {
    webbrowser::open_browser_with_options(
        webbrowser::Browser::Default,
        url,
        webbrowser::BrowserOptions::new().with_suppress_output(true),
    )
}
