//! A client of the program: one JSON-RPC message a line.

use std::process::{ExitStatus, Stdio};

use cisco_secure_access::simulator::Simulator;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::program::Program;

/// An agent, and the program that serves it.
pub(crate) struct Agent {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    last_id: u64,
    /// All that was read from standard output.
    output: String,
    program: Program,
}

impl Agent {
    /// Starts the program for a simulator, and initializes the session.
    pub(crate) async fn start(simulator: &Simulator, arguments: &[&str]) -> Self {
        let mut agent = Self::spawn(Program::on(simulator), arguments);
        agent.initialize().await;
        agent
    }

    /// Starts the program.
    pub(crate) fn spawn(program: Program, arguments: &[&str]) -> Self {
        let arguments = [&["mcp"], arguments].concat();
        let mut command = program.command(&arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self {
            stdin: child.stdin.take(),
            child,
            lines: stdout.lines(),
            last_id: 0,
            output: String::new(),
            program,
        }
    }

    /// Begins the session, and returns what the server says about itself.
    pub(crate) async fn initialize(&mut self) -> Value {
        let parameters = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let response = self.request("initialize", parameters).await;
        self.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
        response["result"].clone()
    }

    /// Sends a request, and returns the next message, which is its response.
    pub(crate) async fn request(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.send(method, parameters).await;
        let response = self.read().await;
        assert_eq!(response["id"], id, "{response}");
        response
    }

    /// Sends a request, and returns its id.
    pub(crate) async fn send(&mut self, method: &str, parameters: Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}))
            .await;
        id
    }

    /// Calls a tool, and returns its result, whose text is its structured content.
    pub(crate) async fn call(&mut self, tool: &str, input: Value) -> Value {
        let parameters = json!({"name": tool, "arguments": input});
        let mut response = self.request("tools/call", parameters).await;
        let result = response["result"].take();
        assert!(result.is_object(), "{response}");
        let text = result["content"][0]["text"].as_str().unwrap();
        let parsed: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parsed, result["structuredContent"]);
        result
    }

    /// Calls a tool that succeeds, and returns its structured content.
    pub(crate) async fn success(&mut self, tool: &str, input: Value) -> Value {
        let mut result = self.call(tool, input).await;
        assert_eq!(result["isError"], false, "{result}");
        result["structuredContent"].take()
    }

    /// Calls a tool that fails, and returns the error.
    pub(crate) async fn failure(&mut self, tool: &str, input: Value) -> Value {
        let mut result = self.call(tool, input).await;
        assert_eq!(result["isError"], true, "{result}");
        result["structuredContent"]["error"].take()
    }

    pub(crate) async fn write(&mut self, message: &Value) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin
            .write_all(format!("{message}\n").as_bytes())
            .await
            .unwrap();
    }

    pub(crate) async fn read(&mut self) -> Value {
        let line = self.lines.next_line().await.unwrap().expect("a message");
        self.output.push_str(&line);
        serde_json::from_str(&line).unwrap()
    }

    /// Closes standard input. Returns how the program ended, and what it wrote to standard output and standard error.
    pub(crate) async fn close(mut self) -> (ExitStatus, String, String) {
        drop(self.stdin.take());
        while let Some(line) = self.lines.next_line().await.unwrap() {
            self.output.push_str(&line);
        }
        let mut errors = String::new();
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut errors).await.unwrap();
        (self.child.wait().await.unwrap(), self.output, errors)
    }

    /// The texts of the files that the program has written.
    pub(crate) fn written_files(&self) -> String {
        let mut texts = String::new();
        let mut open = vec![self.program.home().to_owned()];
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => open.push(path),
                    false => texts.push_str(&std::fs::read_to_string(path).unwrap_or_default()),
                }
            }
        }
        texts
    }
}
