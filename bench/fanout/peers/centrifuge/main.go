// The peer `centrifuge`: its Go library with its WebSocket handler, fed from Redis Pub/Sub, one channel for all.
//
// As it comes, or (-batch-ms) with its own batching of writes on: WriteDelay lets a connection's messages wait for each
// other and leave as one frame. Nothing is stored, no history, no recovery: only fan-out.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/redis/go-redis/v9"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "where to listen")
	socket := flag.String("redis", "", "unix socket of Redis")
	channel := flag.String("channel", "bench", "Redis channel to feed from")
	batch := flag.Int("batch-ms", 0, "wait so long for messages to share a write")
	flag.Parse()

	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelError})
	if err != nil {
		log.Fatal(err)
	}
	node.OnConnecting(func(_ context.Context, _ centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		reply := centrifuge.ConnectReply{
			Credentials:   &centrifuge.Credentials{UserID: ""},
			Subscriptions: map[string]centrifuge.SubscribeOptions{"feed": {}},
		}
		if *batch > 0 {
			reply.WriteDelay = time.Duration(*batch) * time.Millisecond
			reply.MaxMessagesInFrame = -1
		}
		return reply, nil
	})
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
	go feed(node, *socket, *channel)
	http.Handle("/ws", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		CheckOrigin: func(*http.Request) bool { return true },
	}))
	log.Fatal(http.ListenAndServe(*address, nil))
}

func feed(node *centrifuge.Node, socket, channel string) {
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	for message := range client.Subscribe(context.Background(), channel).Channel() {
		if _, err := node.Publish("feed", []byte(message.Payload)); err != nil {
			log.Print(err)
		}
	}
}
