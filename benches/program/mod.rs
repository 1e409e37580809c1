//! The program as a load program has it in its hands: started on a folder, signed in to, asked over plain sockets, and
//! looked at from outside.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Each closed-loop round lasts so long.
pub const ROUND: Duration = Duration::from_secs(6);
pub const CONNECTIONS: usize = 16;

/// It runs until this is dropped.
pub struct Served {
    pub child: Child,
    pub address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

pub fn serve(program: &str, data: &Path) -> Served {
    let mut command = Command::new(program);
    command.args(["serve", "--port", "0", "--data"]).arg(data);
    // One person asks for thousands here; nobody does in life.
    command
        .env("STEWARD_RATES_SIGNED_IN", "100000000")
        .env("STEWARD_RATES_ANONYMOUS", "100000000")
        .env("STEWARD_LOG_LEVEL", "warn");
    started(command)
}

/// Starts it and reads where it listens.
pub fn started(mut command: Command) -> Served {
    use std::io::BufRead as _;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut lines = std::io::BufReader::new(child.stdout.take().expect("piped")).lines();
    let line =
        lines.find_map(|line| line.ok().filter(|line| line.contains("listens on http://"))).expect("it says where");
    std::thread::spawn(move || lines.for_each(drop));
    let address = line.rsplit_once("//").expect("an address").1.trim().to_owned();
    Served { child, address }
}

pub fn stop(child: &mut Child) {
    // Gone already is as good.
    let _ = child.kill();
    let _ = child.wait();
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// One request on a connection of its own.
pub async fn ask(address: &str, line: &str, headers: &str, body: &str) -> std::io::Result<Answer> {
    let mut connection = BufReader::new(TcpStream::connect(address).await?);
    exchange(&mut connection, address, line, headers, body).await
}

pub async fn exchange(
    connection: &mut BufReader<TcpStream>,
    address: &str,
    line: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<Answer> {
    let request =
        format!("{line} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len());
    connection.get_mut().write_all(request.as_bytes()).await?;
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if connection.read_line(&mut head).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let lower = head.to_ascii_lowercase();
    let mut body = Vec::new();
    if lower.contains("transfer-encoding: chunked") {
        loop {
            let mut size = String::new();
            connection.read_line(&mut size).await?;
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            let mut piece = vec![0; size + 2];
            connection.read_exact(&mut piece).await?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&piece[..size]);
        }
    } else {
        let length = lower
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next()?.parse().ok())
            .unwrap_or(0);
        body.resize(length, 0);
        connection.read_exact(&mut body).await?;
    }
    Ok(Answer { status, head, body })
}

/// The cookies of `account@demo.test`.
pub async fn sign_in(address: &str, account: &str) -> String {
    let headers = format!("Origin: http://{address}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    let form = format!("email={account}%40demo.test&password=steward-demo");
    let answer = ask(address, "POST /sign-in", &headers, &form).await.expect("it answers");
    assert_eq!(answer.status, 303, "{}", answer.head);
    let cookies = answer
        .head
        .lines()
        .filter_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")));
    cookies.map(|(_, value)| value.split(';').next().unwrap_or_default()).collect::<Vec<_>>().join("; ")
}

/// Every connection asks again as soon as it is answered.
pub async fn closed_loop(address: &str, path: &str, header: &str) -> (f64, Vec<Duration>) {
    closed_loop_with(address, &format!("GET {path}"), header, "").await
}

/// The same with any method, and a body.
pub async fn closed_loop_with(address: &str, line: &str, header: &str, body: &str) -> (f64, Vec<Duration>) {
    let until = Instant::now() + ROUND;
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (address, line, header) = (address.to_owned(), line.to_owned(), header.to_owned());
            let body = body.to_owned();
            tokio::spawn(async move {
                let mut connection = BufReader::new(TcpStream::connect(&address).await.expect("it takes connections"));
                let mut latencies = Vec::new();
                while Instant::now() < until {
                    let asked = Instant::now();
                    let answer = exchange(&mut connection, &address, &line, &header, &body).await.expect("it answers");
                    assert_eq!(answer.status, 200, "{}", answer.head);
                    latencies.push(asked.elapsed());
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.expect("the round ends"));
    }
    (latencies.len() as f64 / ROUND.as_secs_f64(), latencies)
}

pub fn spread(latencies: &mut [Duration]) -> String {
    latencies.sort_unstable();
    let at = |per_mille: usize| latencies[(latencies.len() - 1) * per_mille / 1000].as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms", at(500), at(990), at(1000))
}

/// Memory now, in MB.
pub fn resident(process: u32) -> f64 {
    memory(process, "VmRSS:")
}

/// `VmRSS:` is memory now, `VmHWM:` the most there ever was; in MB.
pub fn memory(process: u32, which: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(which)).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or(0.0) / 1000.0
}
