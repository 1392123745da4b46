// Load for the fan-out bench: opens sockets on one server, publishes posts to Redis, and says what arrived when.
//
// It speaks WebSocket and RESP itself, reads without copying, and counts posts by the marker each one carries
// ("sent_us":<µs>), so that it costs little beside what it measures. One line of JSON is its whole output.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	address  = flag.String("address", "127.0.0.1:8000", "host:port of the server")
	path     = flag.String("path", "/ws", "path of its socket")
	hello    = flag.String("hello", "", "text messages to send after connecting, parted by a newline")
	ready    = flag.String("ready", "", "a frame that holds this text means: subscribed")
	sockets  = flag.Int("sockets", 1000, "sockets to open")
	redis    = flag.String("redis", "", "unix socket of Redis")
	channel  = flag.String("channel", "", "channel to publish on")
	safe     = flag.Bool("safe", false, "put a publication number and a newline before the array")
	rate     = flag.Float64("rate", 70, "posts a second")
	batchMS  = flag.Int("batch-ms", 0, "publish what falls into so many ms as one message; 0: one a post")
	size     = flag.Int("size", 1000, "bytes of a post")
	seconds  = flag.Float64("seconds", 8, "how long to measure")
	warm     = flag.Float64("warm", 2, "how long to publish before")
	pid      = flag.Int("pid", 0, "process whose CPU is measured, its threads included")
	redisPid = flag.Int("redis-pid", 0, "Redis's process, for its CPU")
	idle     = flag.Bool("idle", false, "publish nothing; measure memory")
	spread   = flag.Int("spread", 1, "local addresses to connect from (127.0.0.1 and up)")
)

var marker = []byte(`"sent_us":`)

type result struct {
	Sockets   int     `json:"sockets"`
	Published int     `json:"published"`
	Expected  int64   `json:"expected"`
	Received  int64   `json:"received"`
	Frames    int64   `json:"frames"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Max       float64 `json:"max_ms"`
	CPU       float64 `json:"cpu_percent"`
	RedisCPU  float64 `json:"redis_cpu_percent"`
	RSSMB     float64 `json:"rss_mb"`
	Lost      int64   `json:"closed"`
}

var measuring atomic.Bool
var frames, posts, closed atomic.Int64

type socket struct {
	conn    net.Conn
	reader  *bufio.Reader
	mu      sync.Mutex
	latency []uint32
	isReady chan struct{}
}

func open(n int) (*socket, error) {
	dialer := net.Dialer{Timeout: 20 * time.Second}
	if *spread > 1 {
		dialer.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+n%*spread))}
	}
	conn, err := dialer.Dial("tcp", *address)
	if err != nil {
		return nil, err
	}
	key := base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("%016d", n)))
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", *path, *address, key)
	s := &socket{conn: conn, reader: bufio.NewReaderSize(conn, 4096), isReady: make(chan struct{})}
	status, err := s.reader.ReadString('\n')
	if err != nil || !strings.Contains(status, " 101 ") {
		return nil, fmt.Errorf("no upgrade: %q %v", status, err)
	}
	for {
		line, err := s.reader.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line == "\r\n" {
			break
		}
	}
	for _, text := range strings.Split(*hello, "\n") {
		if text != "" {
			s.write(0x1, []byte(strings.ReplaceAll(text, "$n", strconv.Itoa(n))))
		}
	}
	return s, nil
}

func (s *socket) write(opcode byte, payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	head := []byte{0x80 | opcode}
	if len(payload) < 126 {
		head = append(head, 0x80|byte(len(payload)))
	} else {
		head = append(head, 0x80|126, byte(len(payload)>>8), byte(len(payload)))
	}
	head = append(head, 0, 0, 0, 0) // a mask of zeros is a mask
	s.conn.Write(append(head, payload...))
}

func (s *socket) read() {
	defer closed.Add(1)
	var header [14]byte
	var body []byte
	waiting := *ready != ""
	if !waiting {
		close(s.isReady)
	}
	for {
		if _, err := io.ReadFull(s.reader, header[:2]); err != nil {
			return
		}
		length := int(header[1] & 0x7f)
		switch length {
		case 126:
			if _, err := io.ReadFull(s.reader, header[2:4]); err != nil {
				return
			}
			length = int(binary.BigEndian.Uint16(header[2:4]))
		case 127:
			if _, err := io.ReadFull(s.reader, header[2:10]); err != nil {
				return
			}
			length = int(binary.BigEndian.Uint64(header[2:10]))
		}
		if cap(body) < length {
			body = make([]byte, length+length/2)
		}
		body = body[:length]
		if _, err := io.ReadFull(s.reader, body); err != nil {
			return
		}
		switch header[0] & 0x0f {
		case 0x9:
			s.write(0xA, body)
			continue
		case 0x8:
			return
		}
		if bytes.Equal(body, []byte("{}")) { // centrifuge's own ping
			s.write(0x1, body)
			continue
		}
		if waiting && bytes.Contains(body, []byte(*ready)) {
			waiting = false
			close(s.isReady)
		}
		if !measuring.Load() {
			continue
		}
		now := time.Now().UnixMicro()
		found := false
		for rest := body; ; {
			at := bytes.Index(rest, marker)
			if at < 0 {
				break
			}
			rest = rest[at+len(marker):]
			end := bytes.IndexByte(rest, ',')
			sent, err := strconv.ParseInt(string(rest[:end]), 10, 64)
			if err == nil && sent > 0 {
				found = true
				s.latency = append(s.latency, uint32(now-sent))
			}
		}
		if found {
			frames.Add(1)
		}
		posts.Add(1)
	}
}

type publisher struct {
	conn   net.Conn
	reader *bufio.Reader
	count  int
	pad    string
}

func (p *publisher) send(n int, mark bool) {
	now := time.Now().UnixMicro()
	var body bytes.Buffer
	if *safe {
		fmt.Fprintf(&body, "%d\n", now)
	}
	body.WriteByte('[')
	for i := 0; i < n; i++ {
		p.count++
		if i > 0 {
			body.WriteByte(',')
		}
		sent := now
		if !mark {
			sent = 0
		}
		fmt.Fprintf(&body, `{"id":"x:%d","version":1,"sent_us":%d,"text":"%s"}`, p.count, sent, p.pad)
	}
	body.WriteByte(']')
	fmt.Fprintf(p.conn, "*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(*channel), *channel, body.Len(), body.Bytes())
	if _, err := p.reader.ReadString('\n'); err != nil {
		log.Fatal(err)
	}
}

// run publishes for some time at an even pace and returns how many posts.
func (p *publisher) run(seconds float64, mark bool) int {
	start := time.Now()
	sent := 0
	step := time.Duration(float64(time.Second) / *rate)
	if *batchMS > 0 {
		step = time.Duration(*batchMS) * time.Millisecond
	}
	for next := start; time.Since(start).Seconds() < seconds; next = next.Add(step) {
		time.Sleep(time.Until(next))
		n := 1
		if *batchMS > 0 {
			n = int(*rate*next.Add(step).Sub(start).Seconds()+0.5) - sent
		}
		if n > 0 {
			p.send(n, mark)
			sent += n
		}
	}
	return sent
}

// cpuSeconds is exact to the nanosecond where the kernel keeps schedstat, else to its tick of 10 ms.
func cpuSeconds(pid int) float64 {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	total := 0.0
	for _, task := range tasks {
		data, _ := os.ReadFile(task)
		ran, _ := strconv.ParseFloat(strings.Fields(string(data) + " 0")[0], 64)
		total += ran / 1e9
	}
	if total > 0 {
		return total
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+2:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

func rssMB(pid int) float64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "VmRSS:") {
			kb, _ := strconv.ParseFloat(strings.Fields(line)[1], 64)
			return kb / 1024
		}
	}
	return 0
}

func main() {
	flag.Parse()
	all := make([]*socket, *sockets)
	var group sync.WaitGroup
	gate := make(chan struct{}, 64)
	for n := range all {
		group.Add(1)
		gate <- struct{}{}
		go func(n int) {
			defer group.Done()
			defer func() { <-gate }()
			s, err := open(n)
			if err != nil {
				log.Fatal(err)
			}
			all[n] = s
			go s.read()
			select {
			case <-s.isReady:
			case <-time.After(60 * time.Second):
				log.Fatalf("socket %d was never subscribed", n)
			}
		}(n)
	}
	group.Wait()
	var out result
	out.Sockets = *sockets
	if *idle {
		time.Sleep(time.Duration(*warm * float64(time.Second)))
		before := cpuSeconds(*pid)
		time.Sleep(time.Duration(*seconds * float64(time.Second)))
		out.CPU = (cpuSeconds(*pid) - before) / *seconds * 100
		out.RSSMB = rssMB(*pid)
		out.Lost = closed.Load()
		json.NewEncoder(os.Stdout).Encode(out)
		return
	}
	conn, err := net.Dial("unix", *redis)
	if err != nil {
		log.Fatal(err)
	}
	p := &publisher{conn: conn, reader: bufio.NewReader(conn), pad: strings.Repeat("x", max(1, *size-80))}
	p.run(*warm, false)
	time.Sleep(300 * time.Millisecond)
	measuring.Store(true)
	before, redisBefore, start := cpuSeconds(*pid), cpuSeconds(*redisPid), time.Now()
	out.Published = p.run(*seconds, true)
	took := time.Since(start).Seconds()
	out.CPU = (cpuSeconds(*pid) - before) / took * 100
	out.RedisCPU = (cpuSeconds(*redisPid) - redisBefore) / took * 100
	time.Sleep(500 * time.Millisecond)
	measuring.Store(false)
	out.RSSMB = rssMB(*pid)
	out.Expected = int64(out.Published) * int64(*sockets)
	var latencies []uint32
	for _, s := range all {
		s.mu.Lock()
		latencies = append(latencies, s.latency...)
		s.mu.Unlock()
	}
	out.Received = int64(len(latencies))
	out.Frames = frames.Load()
	out.Lost = closed.Load()
	sort.Slice(latencies, func(a, b int) bool { return latencies[a] < latencies[b] })
	if n := len(latencies); n > 0 {
		out.P50 = float64(latencies[n/2]) / 1000
		out.P99 = float64(latencies[n*99/100]) / 1000
		out.Max = float64(latencies[n-1]) / 1000
	}
	json.NewEncoder(os.Stdout).Encode(out)
}
