//! The program and its simulator as processes of their own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::pty::Pty;

/// The program without any configuration of the person who runs the tests.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).stdin(Stdio::null());
    for name in [
        "SWITCHBOARD_PAGE_TOKEN",
        "SWITCHBOARD_APP_SECRET",
        "SWITCHBOARD_VERIFY_TOKEN",
        "SWITCHBOARD_CONFIG",
    ] {
        command.env_remove(name);
    }
    let home = std::env::temp_dir().join("switchboard-no-home");
    command
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", home.join("c"))
        .env("XDG_DATA_HOME", home.join("d"));
    command
}

/// A simulator in a process of its own, and what it said about itself.
pub struct Sim {
    process: Child,
    pub about: Value,
}

impl Sim {
    pub fn start(arguments: &[&str]) -> Self {
        let mut all = vec!["sim", "--json", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let mut process = program(&all)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        Self {
            process,
            about: serde_json::from_str(&line).expect("one JSON object"),
        }
    }

    pub fn text(&self, key: &str) -> &str {
        self.about[key].as_str().expect("text")
    }

    pub fn token(&self) -> &str {
        self.of_app("switchboard", "token")
    }

    /// Something of an app: `id`, `token`, `secret` or `verify_token`.
    pub fn of_app(&self, name: &str, key: &str) -> &str {
        let apps = self.about["apps"].as_array().expect("apps");
        let app = apps
            .iter()
            .find(|app| app["name"] == name)
            .expect("an app of that name");
        app[key].as_str().expect("text")
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Sim {
    /// Orders something of it, such as `/sim/clock`; answers its JSON.
    pub fn order(&self, path: &str, body: Value) -> Value {
        let call = super::wing::http()
            .post(format!("{}{path}", self.text("base_url")))
            .json(&body)
            .send();
        super::http::runtime().block_on(async {
            let answer = call.await.expect("an answer");
            answer.json().await.expect("JSON")
        })
    }

    /// What it tells, to a GET.
    pub fn get(&self, path: &str) -> Value {
        let call = super::wing::http()
            .get(format!("{}{path}", self.text("base_url")))
            .send();
        super::http::runtime().block_on(async {
            let answer = call.await.expect("an answer");
            answer.json().await.expect("JSON")
        })
    }

    /// Delivers a webhook to the desk's door, signed as Meta does.
    pub fn deliver(&self, port: u16, body: &Value) {
        let body = body.to_string();
        let secret = self.of_app("switchboard", "secret");
        let call = super::wing::http()
            .post(format!("http://127.0.0.1:{port}/"))
            .header(
                "x-hub-signature-256",
                super::wing::sha256(secret, body.as_bytes()),
            )
            .body(body)
            .send();
        super::http::runtime().block_on(async {
            assert_eq!(call.await.expect("an answer").status().as_u16(), 200);
        });
    }

    /// Somebody does something now.
    pub fn deed(&self, deed: Value) {
        let answer = self.order("/sim/deeds", deed);
        assert_eq!(answer["success"], true, "{answer}");
    }

    /// A desk in a pseudo-terminal, at home in `folder`; `base_url` is the simulator's
    /// or that of somebody in between.
    pub fn desk(&self, folder: &Path, base_url: &str, more: &[(&str, &str)]) -> Pty {
        let home = folder.to_str().expect("a path");
        let cache = folder.join("cache");
        let arguments = [
            "--base-url",
            base_url,
            "--page",
            self.text("page_id"),
            "--cache",
            cache.to_str().expect("a path"),
        ];
        let environment = [
            ("SWITCHBOARD_PAGE_TOKEN", self.token()),
            ("HOME", home),
            ("XDG_CONFIG_HOME", home),
        ];
        let environment = [&environment[..], more].concat();
        Pty::start(&arguments, &environment, (120, 40))
    }

    /// A desk in a pseudo-terminal, at home in `folder`, whose door is at
    /// `port`. It dies at a fail-point, or at none.
    pub fn desk_with_a_door(&self, folder: &Path, port: u16, die_at: &str) -> Pty {
        let path = |name: &str| folder.join(name).to_str().expect("a path").to_owned();
        let config = format!(
            "[webhook]\nlisten = \"127.0.0.1:{port}\"\n[apps]\n200000000000001 = \"shopbot\"\n"
        );
        std::fs::write(path("config.toml"), config).expect("a config");
        Pty::start(
            &[
                "--base-url",
                self.text("base_url"),
                "--page",
                self.text("page_id"),
                "--cache",
                &path("cache"),
                "--config",
                &path("config.toml"),
            ],
            &[
                ("SWITCHBOARD_PAGE_TOKEN", self.token()),
                (
                    "SWITCHBOARD_APP_SECRET",
                    self.of_app("switchboard", "secret"),
                ),
                (
                    "SWITCHBOARD_VERIFY_TOKEN",
                    self.of_app("switchboard", "verify_token"),
                ),
                ("HOME", folder.to_str().expect("a path")),
                ("SWITCHBOARD_DIE_AT", die_at),
            ],
            (120, 40),
        )
    }
}

/// A port that nobody has just now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A process that ends with the test.
pub struct Helper(pub Child);

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
