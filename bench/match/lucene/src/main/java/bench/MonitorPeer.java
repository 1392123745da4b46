package bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultiMatchingQueries;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Answers the bench's commands, one a line on standard input, with one line on standard output.
 *
 * <p>{@code load SCENARIO POSTS SEARCHES} reads the two JSONL files and registers the searches; {@code write FILE BATCH}
 * matches all posts and writes "post TAB key" lines; {@code run BATCH MODE} matches all posts once and answers with
 * nanoseconds that passed, nanoseconds of processor time (compiler and collector included) and the number of matches. MODE is {@code words} (the tokens come ready, as on our side) or {@code text}
 * (StandardAnalyzer). Every match is taken out of Lucene's result, as our report has them.
 */
public final class MonitorPeer {
  private static final String FIELD = "text";
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final ObjectMapper json = new ObjectMapper();
  private final List<String[]> words = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private Monitor monitor;

  public static void main(String[] args) throws IOException {
    MonitorPeer peer = new MonitorPeer();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] command = line.split("\t");
      switch (command[0]) {
        case "load" -> peer.load(Path.of(command[1]), Path.of(command[2]));
        case "write" -> peer.write(Path.of(command[1]), Integer.parseInt(command[2]));
        case "run" -> peer.run(Integer.parseInt(command[1]), command[2].equals("text"));
        default -> throw new IllegalArgumentException(line);
      }
    }
    System.exit(0); // the monitor's purge thread would live on
  }

  private void load(Path posts, Path searches) throws IOException {
    words.clear();
    texts.clear();
    try (BufferedReader lines = Files.newBufferedReader(posts)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode post = json.readTree(line);
        List<String> said = new ArrayList<>();
        post.get("words").forEach(word -> said.add(word.asText()));
        words.add(said.toArray(String[]::new));
        texts.add(post.get("text").asText());
      }
    }
    if (monitor != null) {
      monitor.close();
    }
    monitor = new Monitor(new StandardAnalyzer(), new TermFilteredPresearcher(), new MonitorConfiguration());
    List<MonitorQuery> standing = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(searches)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode search = json.readTree(line);
        standing.add(new MonitorQuery(search.get("key").asText(), query(search)));
      }
    }
    long started = System.nanoTime();
    monitor.register(standing);
    System.out.println(System.nanoTime() - started);
  }

  private static Query query(JsonNode search) {
    JsonNode terms = search.get("terms");
    if (terms.size() == 1) {
      return new TermQuery(new Term(FIELD, terms.get(0).asText()));
    }
    BooleanClause.Occur occur =
        search.get("kind").asText().equals("any") ? BooleanClause.Occur.SHOULD : BooleanClause.Occur.MUST;
    BooleanQuery.Builder builder = new BooleanQuery.Builder();
    terms.forEach(term -> builder.add(new TermQuery(new Term(FIELD, term.asText())), occur));
    return builder.build();
  }

  private void write(Path file, int batch) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int from = 0; from < words.size(); from += batch) {
        int first = from;
        match(from, Math.min(from + batch, words.size()), false, (post, key) -> line(out, first + post, key));
      }
    }
    System.out.println("written");
  }

  private static void line(BufferedWriter out, int post, String key) {
    try {
      out.write(post + "\t" + key + "\n");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void run(int batch, boolean analyse) throws IOException {
    long[] found = {0};
    long spent = PROCESS.getProcessCpuTime();
    long started = System.nanoTime();
    for (int from = 0; from < words.size(); from += batch) {
      match(from, Math.min(from + batch, words.size()), analyse, (post, key) -> found[0]++);
    }
    long wall = System.nanoTime() - started;
    System.out.println(wall + "\t" + (PROCESS.getProcessCpuTime() - spent) + "\t" + found[0]);
  }

  private interface Found {
    void match(int post, String key);
  }

  private void match(int from, int to, boolean analyse, Found found) throws IOException {
    if (to - from == 1) {
      MatchingQueries<QueryMatch> matches = monitor.match(document(from, analyse), QueryMatch.SIMPLE_MATCHER);
      matches.getMatches().forEach(match -> found.match(0, match.getQueryId()));
      return;
    }
    Document[] documents = new Document[to - from];
    for (int i = from; i < to; i++) {
      documents[i - from] = document(i, analyse);
    }
    MultiMatchingQueries<QueryMatch> matches = monitor.match(documents, QueryMatch.SIMPLE_MATCHER);
    for (int i = 0; i < documents.length; i++) {
      for (QueryMatch match : matches.getMatches(i)) {
        found.match(i, match.getQueryId());
      }
    }
  }

  private Document document(int index, boolean analyse) {
    Document document = new Document();
    document.add(
        analyse
            ? new TextField(FIELD, texts.get(index), Field.Store.NO)
            : new TextField(FIELD, new Ready(words.get(index))));
    return document;
  }

  /** Hands out tokens that are there already. */
  private static final class Ready extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final String[] tokens;
    private int next;

    Ready(String[] tokens) {
      this.tokens = tokens;
    }

    @Override
    public boolean incrementToken() {
      if (next == tokens.length) {
        return false;
      }
      clearAttributes();
      term.append(tokens[next++]);
      return true;
    }

    @Override
    public void reset() {
      next = 0;
    }
  }
}
