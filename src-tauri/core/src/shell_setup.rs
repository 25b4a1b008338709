//! What a person writes into the files of a shell, so that its prompt shows the session and `hat` completes.

/// A shell, or what draws its prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShellSetup {
    /// What `hat` calls it.
    pub name: &'static str,
    /// Where its line goes.
    pub file: &'static str,
    /// Has the prompt show account, role and minutes left.
    pub prompt: &'static str,
    /// Has `hat` complete; `None` for what draws prompts only.
    pub completions: Option<&'static str>,
}

/// Every one that has a prompt.
pub const SHELL_SETUPS: [ShellSetup; 4] = [
    ShellSetup {
        name: "bash",
        file: "~/.bashrc",
        prompt: "eval \"$(hat prompt --shell bash)\"",
        completions: Some("eval \"$(hat completions bash)\""),
    },
    ShellSetup {
        name: "zsh",
        file: "~/.zshrc",
        prompt: "eval \"$(hat prompt --shell zsh)\"",
        completions: Some("eval \"$(hat completions zsh)\""),
    },
    ShellSetup {
        name: "fish",
        file: "~/.config/fish/config.fish",
        prompt: "hat prompt --shell fish | source",
        completions: Some("hat completions fish | source"),
    },
    ShellSetup {
        name: "starship",
        file: "a terminal, once",
        prompt: "hat prompt --shell starship >> ~/.config/starship.toml",
        completions: None,
    },
];
