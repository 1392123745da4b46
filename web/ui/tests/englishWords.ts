/** Set-up of every unit test: the English words, as the page has them before it draws. */
import { setWords } from "../src/words";
import * as english from "../src/words/en/english";

setWords(english);
