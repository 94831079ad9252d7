import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.text.Normalizer;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Opens the envelopes of piiguard and computes its blind indexes, on the JDK alone (17 or newer).
 *
 * <p>Made from docs/format.md. Reads keyrings that a key file or an environment variable opens; not passphrases, tokens and key
 * services, which need more than the JDK: unwrap the file key there and give it to {@link #ofFileKey}. Writes nothing.
 *
 * <pre>{@code
 * PiiguardReader reader = PiiguardReader.open(Path.of("keyring.json"), Files.readAllBytes(Path.of("wrapping.key")));
 * String iin = (String) reader.value("students.iin", PiiguardReader.STRING, row.getBytes("iin"));
 * List<byte[]> found = reader.indexes("students.iin", "iin_index", "digits/2", "050312300017");  // WHERE iin_index IN (…)
 * }</pre>
 *
 * <p>As a program it answers a JSON object on each line of its input with one on its output: {@code java PiiguardReader.java
 * KEYRING VARIABLE}, where the variable holds the wrapping key.
 */
public final class PiiguardReader {
    public static final int STRING = 1, BYTES = 2, INTEGER = 3, BOOLEAN = 4, DECIMAL = 5, FLOAT = 6, DATE = 7, TIME = 8,
            DATETIME = 9, DATETIME_TZ = 10, INTERVAL = 11, UUID_ = 12, JSON = 13, ENUM = 14;

    /** Why a value was not given; no message holds a value. Named as the exceptions of piiguard are. */
    public enum Reason {
        NotEncrypted, EnvelopeError, KeyVersionNotFound, KeyVersionRetired, KeyVersionDestroyed, KeyringError,
        WrappingKeyError, DecryptionError, RestrictedValue, NotIndexable
    }

    /** A value or a keyring that cannot be read. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        public final Reason reason;

        Refused(Reason reason, String message) {
            super(message, null, false, false);
            this.reason = reason;
        }
    }

    private record Version(int number, String kind, String state) {}

    private static final int MAGIC = 0xF9, SUITE = 0x01, HEADER = 6, NONCE = 24, TAG = 16;
    private static final byte[] RESTRICTED = concat(new byte[] {(byte) 0xFF}, bytes("piiguard/1 restricted"));

    private final byte[] id;
    private final Map<Integer, Version> versions = new HashMap<>();
    private final List<Version> indexVersions = new ArrayList<>();
    private final Map<String, byte[]> roots = new HashMap<>();

    private PiiguardReader(byte[] id) {
        this.id = id;
    }

    /** Opens a keyring by the 32 bytes of its key file or environment variable, raw or as base64. */
    public static PiiguardReader open(Path keyring, byte[] wrappingKey) throws IOException, Refused {
        Map<String, Object> document = document(keyring);
        byte[] id = idOf(document), key = key(wrappingKey);
        byte[] label = concat(lp(bytes("piiguard/1 wrap")), lp(id));
        for (Object each : list(document, "recipients")) {
            Map<String, Object> recipient = object(each);
            Object provider = recipient.get("provider");
            if (!"file".equals(provider) && !"env".equals(provider)) continue;
            try {
                byte[] subkey = hkdf(key, id, lp(bytes("piiguard/1 wrap")));
                return of(document, openSealed(subkey, unbase64(text(recipient, "wrapped")), label));
            } catch (AEADBadTagException wrong) {
                continue; // the key of another recipient
            }
        }
        throw new Refused(Reason.WrappingKeyError, "this wrapping key does not open the keyring");
    }

    /** Opens a keyring by its file key, which a token or a key service has unwrapped. */
    public static PiiguardReader ofFileKey(Path keyring, byte[] fileKey) throws IOException, Refused {
        return of(document(keyring), fileKey);
    }

    private static PiiguardReader of(Map<String, Object> document, byte[] fileKey) throws Refused {
        PiiguardReader reader = new PiiguardReader(idOf(document));
        Map<String, Object> header = new LinkedHashMap<>(document);
        byte[] body = unbase64(String.valueOf(header.remove("body")));
        Map<String, Object> secrets;
        try {
            byte[] key = hkdf(fileKey, reader.id, lp(bytes("piiguard/1 keyring body")));
            secrets = object(Json.parse(utf8(openSealed(key, body, bytes(Json.canonical(header))))));
        } catch (AEADBadTagException | CharacterCodingException damaged) {
            throw new Refused(Reason.KeyringError, "the keyring was changed, or the file key is another one's");
        }
        for (Object each : list(document, "keys")) {
            Map<String, Object> entry = object(each);
            Version version = new Version(number(entry, "version").intValueExact(), text(entry, "kind"), text(entry, "state"));
            reader.versions.put(number(entry, "id").intValue(), version);
            boolean read = List.of("staged", "primary", "decrypt-only").contains(version.state);
            if (read) reader.roots.put(version.kind + version.number, unbase64(text(secrets, version.kind + "/" + version.number)));
            if (read && version.kind.equals("index")) reader.indexVersions.add(version);
        }
        reader.indexVersions.sort(Comparator.comparing((Version v) -> !v.state.equals("primary")).thenComparing(v -> -v.number));
        return reader;
    }

    /** The plaintext of an envelope, as its type's codec wrote it; {@code context} is the column's in the manifest. */
    public byte[] decrypt(String context, int type, byte[] envelope) throws Refused {
        if (envelope.length == 0 || (envelope[0] & 0xFF) != MAGIC) throw new Refused(Reason.NotEncrypted, context + ": not encrypted");
        if (envelope.length < HEADER + NONCE + TAG) throw new Refused(Reason.EnvelopeError, context + ": the envelope is truncated");
        if (envelope[1] != SUITE) throw new Refused(Reason.EnvelopeError, context + ": another suite");
        byte[] root = rootOf(context, versions.get(ByteBuffer.wrap(envelope, 2, 4).getInt()));
        byte[] header = Arrays.copyOf(envelope, HEADER), name = bytes(context);
        byte[] key = hkdf(root, id, concat(lp(bytes("piiguard/1 data")), lp(new byte[] {SUITE}), lp(name)));
        try {
            byte[] sealed = Arrays.copyOfRange(envelope, HEADER, envelope.length);
            return openSealed(key, sealed, concat(header, lp(id), lp(name), lp(new byte[] {(byte) type})));
        } catch (AEADBadTagException wrong) {
            throw new Refused(Reason.DecryptionError, context + ": the value does not open");
        }
    }

    /** The plaintext of an envelope in a text column. */
    public byte[] decrypt(String context, int type, String envelope) throws Refused {
        if (!envelope.startsWith("pg1.")) throw new Refused(Reason.NotEncrypted, context + ": not encrypted");
        return decrypt(context, type, unbase64(envelope.substring(4)));
    }

    private byte[] rootOf(String context, Version version) throws Refused {
        if (version == null) throw new Refused(Reason.KeyVersionNotFound, context + ": the keyring has no such key");
        if (!version.kind.equals("data")) throw new Refused(Reason.KeyringError, context + ": the key is one of indexes");
        if (version.state.equals("retired")) throw new Refused(Reason.KeyVersionRetired, context + ": the key is retired");
        if (version.state.equals("destroyed")) throw new Refused(Reason.KeyVersionDestroyed, context + ": the key is destroyed");
        byte[] root = roots.get(version.kind + version.number);
        if (root == null) throw new Refused(Reason.KeyringError, context + ": the key has an unknown state");
        return root;
    }

    /**
     * A value of a type: String (also of json and enum), byte[], Long, Boolean, BigDecimal, Double, LocalDate, LocalTime or
     * OffsetTime, LocalDateTime, OffsetDateTime, Duration, UUID.
     */
    public Object value(String context, int type, byte[] envelope) throws Refused {
        return decoded(context, type, decrypt(context, type, envelope));
    }

    /** The same, of an envelope in a text column. */
    public Object value(String context, int type, String envelope) throws Refused {
        return decoded(context, type, decrypt(context, type, envelope));
    }

    private static Object decoded(String context, int type, byte[] plain) throws Refused {
        if (Arrays.mismatch(Arrays.copyOf(plain, RESTRICTED.length), RESTRICTED) < 0) throw new Refused(Reason.RestrictedValue, context + ": restricted");
        try {
            return switch (type) {
                case STRING, ENUM -> utf8(unpadded(plain));
                case BYTES -> plain;
                case INTEGER -> sized(plain, 8).getLong();
                case BOOLEAN -> sized(plain, 1).get() != 0;
                case DECIMAL -> new BigDecimal(utf8(plain));
                case FLOAT -> sized(plain, 8).getDouble();
                case DATE -> LocalDate.parse(utf8(plain));
                case TIME -> utf8(plain).matches(".*[+-]\\d\\d:\\d\\d.*") ? OffsetTime.parse(utf8(plain)) : LocalTime.parse(utf8(plain));
                case DATETIME -> LocalDateTime.parse(utf8(plain));
                case DATETIME_TZ -> OffsetDateTime.parse(utf8(plain));
                case INTERVAL -> microseconds(new BigInteger(sized(plain, 12).array()));
                case UUID_ -> new UUID(sized(plain, 16).getLong(0), ByteBuffer.wrap(plain).getLong(8));
                case JSON -> utf8(plain);
                default -> throw new IllegalArgumentException("no such type");
            };
        } catch (CharacterCodingException | RuntimeException wrong) {
            throw new Refused(Reason.DecryptionError, context + ": it opens and is no value of the type");
        }
    }

    private static Duration microseconds(BigInteger count) {
        BigInteger[] parts = count.divideAndRemainder(BigInteger.valueOf(1_000_000));
        return Duration.ofSeconds(parts[0].longValueExact()).plusNanos(parts[1].longValueExact() * 1000);
    }

    private static ByteBuffer sized(byte[] plain, int size) {
        if (plain.length != size) throw new IllegalArgumentException("another size");
        return ByteBuffer.wrap(plain);
    }

    private static byte[] unpadded(byte[] plain) {
        int end = plain.length;
        while (end > 0 && plain[end - 1] == (byte) 0xFF) end--;
        return Arrays.copyOf(plain, end);
    }

    /**
     * What a column of blind indexes holds for a value, under every live index key, the primary first; empty for a value of which
     * the normalizer leaves nothing. {@code normalizer} is the label in the manifest; without its number the first edition.
     * A value that this JDK may fold in another way than piiguard does is refused, never hashed wrongly.
     */
    public List<byte[]> indexes(String context, String index, String normalizer, String value) throws Refused {
        String label = normalizer.contains("/") ? normalizer : normalizer + "/1", normal = normal(label, value);
        List<byte[]> found = new ArrayList<>();
        if (normal.isEmpty()) return found;
        byte[] info = concat(lp(bytes("piiguard/1 index")), lp(bytes(context)), lp(bytes(index)), lp(bytes(label)));
        for (Version version : indexVersions) {
            byte[] mac = hmac(hkdf(roots.get("index" + version.number), id, info), bytes(normal));
            byte[] number = {(byte) (version.number >> 8), (byte) version.number};
            found.add(concat(number, Arrays.copyOf(mac, 14)));
        }
        return found;
    }

    private static String normal(String label, String value) throws Refused {
        return switch (label) {
            case "exact/1", "exact/2" -> value;
            case "digits/1" -> digits(value);
            case "digits/2" -> digits(ownDigits(value));
            case "phone/1" -> phone(value);
            case "phone/2" -> phone2(ownDigits(value));
            case "last4/1" -> digits(value).length() < 4 ? "" : digits(value).substring(digits(value).length() - 4);
            case "year/1" -> first("[12][0-9]{3}", value);
            case "upper/1" -> nfc(known(value).strip()).toUpperCase(Locale.ROOT);
            case "name/1" -> name(known(value));
            case "name/2" -> name2(known(value));
            case "email/1" -> nfc(known(value).strip()).toLowerCase(Locale.ROOT);
            case "email/2" -> ascii(value).strip().toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
            default -> throw new Refused(Reason.NotIndexable, label + " is not computed here");
        };
    }

    private static String digits(String value) {
        return value.replaceAll("[^0-9]+", "");
    }

    /** Refuses digits of other scripts, and every other sign that may be one: newer Unicode has more than this JDK's. */
    private static String ownDigits(String value) throws Refused {
        boolean foreign = value.codePoints().anyMatch(
                c -> c > 127 && (Character.isDigit(c) || Character.getType(c) == Character.OTHER_NUMBER || !Character.isDefined(c)));
        if (foreign) throw new Refused(Reason.NotIndexable, "it has a digit of another script");
        return value;
    }

    private static final String BLANK = "[\t-\r\u001c- \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

    private static String phone(String value) {
        String digits = digits(value);
        if (value.matches("(?s)" + BLANK + "*\\+.*")) return digits.isEmpty() ? "" : "+" + digits;
        if (digits.length() == 11 && "78".indexOf(digits.charAt(0)) >= 0) return "+7" + digits.substring(1);
        if (digits.length() == 10 && digits.startsWith("7")) return "+7" + digits;
        if (digits.startsWith("810")) return "+" + digits.substring(3);
        return digits.startsWith("00") ? "+" + digits.substring(2) : digits;
    }

    private static String phone2(String value) {
        List<String> runs = withoutExtension(all("[0-9]+|[^0-9]+", value.replace("%2B", "+").replace("%2b", "+")));
        String found = digits(String.join("", runs));
        if (!runs.isEmpty() && !isDigits(runs.get(0)) && runs.get(0).contains("+")) return abroad(found);
        if (found.startsWith("810")) return abroad(found.substring(3));
        if (found.length() == 11 && "78".indexOf(found.charAt(0)) >= 0) return "+7" + found.substring(1);
        if (found.length() == 10 && found.startsWith("7")) return "+7" + found;
        return found.startsWith("00") ? abroad(found.substring(2)) : found;
    }

    private static String abroad(String found) {
        if (found.length() == 11 && (found.startsWith("87") || found.startsWith("89"))) return "+7" + found.substring(1);
        return found.isEmpty() ? "" : "+" + found;
    }

    private static List<String> withoutExtension(List<String> runs) {
        int size = runs.size();
        if (size > 0 && !isDigits(runs.get(size - 1))) size--;
        if (size < 3 || runs.get(size - 1).length() > 6) return runs;
        String between = runs.get(size - 2);
        int before = digits(String.join("", runs.subList(0, size - 2))).length();
        boolean parted = !between.contains("+") && between.codePoints().anyMatch(c -> Character.isLetter(c) || "#;,".indexOf(c) >= 0);
        return parted && before >= 5 ? runs.subList(0, size - 2) : runs;
    }

    private static boolean isDigits(String run) {
        return run.charAt(0) >= '0' && run.charAt(0) <= '9';
    }

    private static String name(String value) {
        String text = Normalizer.normalize(value, Normalizer.Form.NFKC).replaceAll("[İıI]", "i").toLowerCase(Locale.ROOT);
        return text.replaceAll("[\\s\u2010-\u2015\u2212-]+", " ").strip();
    }

    private static String name2(String value) {
        return name(value.replaceAll("[\u2018\u2019\u201b\u02bc\u02b9\u02bb\u02bd\u02c8\u2032\u00b4`\uff07]", "'").replaceAll("[ёЁ]", "е"));
    }

    /** ASCII, and the letters of Kazakh and Russian: of others this JDK's Unicode may not say the same. */
    private static String known(String value) throws Refused {
        if (!value.matches("[ -~А-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі\u2010-\u2015\u2018\u2019\u02bc]*"))
            throw new Refused(Reason.NotIndexable, "it has a letter that is not folded here");
        return value;
    }

    private static String ascii(String value) throws Refused {
        if (!value.matches("[ -~]*") || value.toLowerCase(Locale.ROOT).contains("xn--"))
            throw new Refused(Reason.NotIndexable, "it has a domain or a letter that is not folded here");
        return value;
    }

    private static String nfc(String value) {
        return Normalizer.normalize(value, Normalizer.Form.NFC);
    }

    private static String first(String pattern, String value) {
        List<String> found = all(pattern, value);
        return found.isEmpty() ? "" : found.get(0);
    }

    private static List<String> all(String pattern, String value) {
        List<String> found = new ArrayList<>();
        for (Matcher matcher = Pattern.compile(pattern).matcher(value); matcher.find(); ) found.add(matcher.group());
        return found;
    }

    // Cryptography: XAES-256-GCM (https://c2sp.org/XAES-256-GCM), HKDF and HMAC with SHA-256.

    /** A nonce of 24 bytes, then ciphertext and tag. */
    private static byte[] openSealed(byte[] key, byte[] sealed, byte[] associated) throws Refused, AEADBadTagException {
        if (sealed.length < NONCE + TAG) throw new Refused(Reason.KeyringError, "what is sealed is truncated");
        try {
            Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
            block.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
            byte[] mask = doubled(block.doFinal(new byte[16])), subkey = new byte[0];
            for (byte counter = 1; counter <= 2; counter++) {
                byte[] message = concat(new byte[] {0, counter, 'X', 0}, Arrays.copyOf(sealed, 12));
                for (int at = 0; at < 16; at++) message[at] ^= mask[at];
                subkey = concat(subkey, block.doFinal(message));
            }
            Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
            GCMParameterSpec nonce = new GCMParameterSpec(8 * TAG, sealed, 12, 12);
            gcm.init(Cipher.DECRYPT_MODE, new SecretKeySpec(subkey, "AES"), nonce);
            gcm.updateAAD(associated);
            return gcm.doFinal(sealed, NONCE, sealed.length - NONCE);
        } catch (AEADBadTagException wrong) {
            throw wrong;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** CMAC's first subkey. */
    private static byte[] doubled(byte[] block) {
        byte[] shifted = new byte[16];
        for (int at = 0; at < 16; at++) shifted[at] = (byte) (block[at] << 1 | (at < 15 ? (block[at + 1] & 0xFF) >> 7 : 0));
        if (block[0] < 0) shifted[15] ^= (byte) 0x87;
        return shifted;
    }

    /** 32 bytes of HKDF-SHA-256. */
    private static byte[] hkdf(byte[] secret, byte[] salt, byte[] info) {
        return hmac(hmac(salt, secret), concat(info, new byte[] {1}));
    }

    private static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] lp(byte[] item) {
        return concat(ByteBuffer.allocate(4).putInt(item.length).array(), item);
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) all.put(part);
        return all.array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String utf8(byte[] data) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
    }

    /** base64url without padding, in its one spelling. */
    private static byte[] unbase64(String text) throws Refused {
        try {
            byte[] data = Base64.getUrlDecoder().decode(text);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(data).equals(text)) return data;
        } catch (IllegalArgumentException wrong) {
            // told below
        }
        throw new Refused(Reason.EnvelopeError, "not base64url in its one spelling");
    }

    private static byte[] key(byte[] data) throws Refused {
        if (data.length == 32) return data;
        String text = new String(data, StandardCharsets.US_ASCII).strip().replace('+', '-').replace('/', '_').replaceAll("=+$", "");
        try {
            byte[] key = Base64.getUrlDecoder().decode(text);
            if (key.length == 32) return key;
        } catch (IllegalArgumentException wrong) {
            // told below
        }
        throw new Refused(Reason.WrappingKeyError, "not a key: 32 bytes, raw or as base64");
    }

    // The keyring file.

    private static Map<String, Object> document(Path keyring) throws IOException, Refused {
        Map<String, Object> document = object(Json.parse(Files.readString(keyring)));
        if (!"piiguard.keyring/1".equals(document.get("format"))) throw new Refused(Reason.KeyringError, "no keyring of format 1");
        return document;
    }

    private static byte[] idOf(Map<String, Object> document) throws Refused {
        try {
            UUID id = UUID.fromString(text(document, "id"));
            return ByteBuffer.allocate(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array();
        } catch (IllegalArgumentException wrong) {
            throw new Refused(Reason.KeyringError, "id: no UUID");
        }
    }

    private static Map<String, Object> object(Object value) throws Refused {
        if (!(value instanceof Map)) throw new Refused(Reason.KeyringError, "an object is missing");
        @SuppressWarnings("unchecked")
        Map<String, Object> object = (Map<String, Object>) value;
        return object;
    }

    private static List<?> list(Map<String, Object> object, String member) throws Refused {
        if (object.get(member) instanceof List<?> list) return list;
        throw new Refused(Reason.KeyringError, member + ": no list");
    }

    private static String text(Map<String, Object> object, String member) throws Refused {
        if (object.get(member) instanceof String text) return text;
        throw new Refused(Reason.KeyringError, member + ": no text");
    }

    private static BigInteger number(Map<String, Object> object, String member) throws Refused {
        if (object.get(member) instanceof BigInteger number) return number;
        throw new Refused(Reason.KeyringError, member + ": no whole number");
    }

    /** JSON as the keyring has it: whole numbers, no member twice. */
    private static final class Json {
        private static final Pattern TOKEN = Pattern.compile(
                "\\G[ \\t\\r\\n]*(?:([\\[\\]{}:,])|\"((?:[^\"\\\\\\x00-\\x1f]|\\\\(?:[\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))*+)\"|(-?(?:0|[1-9][0-9]{0,40})(?![0-9.eE]))|(true|false|null))");
        private static final int DEEPEST = 50;
        private final Matcher tokens;
        private final String all;
        private int depth;

        private Json(String all) {
            this.all = all;
            this.tokens = TOKEN.matcher(all);
        }

        static Object parse(String text) throws Refused {
            Json json = new Json(text);
            Object value = json.value();
            if (!text.substring(json.tokens.end()).isBlank()) throw wrong();
            return value;
        }

        private static Refused wrong() {
            return new Refused(Reason.KeyringError, "not JSON as a keyring has it");
        }

        private void next() throws Refused {
            if (!tokens.find()) throw wrong();
        }

        private Object value() throws Refused {
            next();
            if (++depth > DEEPEST) throw wrong();
            Object value;
            if (tokens.group(2) != null) value = unescaped(tokens.group(2));
            else if (tokens.group(3) != null) value = new BigInteger(tokens.group(3));
            else if (tokens.group(4) != null) value = tokens.group(4).equals("null") ? null : Boolean.valueOf(tokens.group(4));
            else if (tokens.group(1).equals("{")) value = members();
            else if (tokens.group(1).equals("[")) value = items();
            else throw wrong();
            depth--;
            return value;
        }

        private boolean ends(String end) {
            Matcher ahead = TOKEN.matcher(all);
            if (!ahead.find(tokens.end()) || !end.equals(ahead.group(1))) return false;
            tokens.find();
            return true;
        }

        private Map<String, Object> members() throws Refused {
            Map<String, Object> object = new LinkedHashMap<>();
            if (ends("}")) return object;
            while (true) {
                next();
                if (tokens.group(2) == null) throw wrong();
                String name = unescaped(tokens.group(2));
                next();
                if (!":".equals(tokens.group(1)) || object.containsKey(name)) throw wrong();
                object.put(name, value());
                next();
                if ("}".equals(tokens.group(1))) return object;
                if (!",".equals(tokens.group(1))) throw wrong();
            }
        }

        private List<Object> items() throws Refused {
            List<Object> list = new ArrayList<>();
            if (ends("]")) return list;
            while (true) {
                list.add(value());
                next();
                if ("]".equals(tokens.group(1))) return list;
                if (!",".equals(tokens.group(1))) throw wrong();
            }
        }

        private static String unescaped(String text) {
            StringBuilder plain = new StringBuilder();
            for (int at = 0; at < text.length(); at++) {
                char sign = text.charAt(at);
                if (sign == '\\') {
                    sign = text.charAt(++at);
                    if (sign == 'u') {
                        sign = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
                        at += 4;
                    } else if ("bfnrt".indexOf(sign) >= 0) {
                        sign = "\b\f\n\r\t".charAt("bfnrt".indexOf(sign));
                    }
                }
                plain.append(sign);
            }
            return plain.toString();
        }

        /** Keys sorted by code point, no blanks, not escaped to ASCII: what the keyring's body is bound to. */
        static String canonical(Object value) {
            if (value instanceof Map<?, ?> object) {
                Map<String, Object> sorted = new TreeMap<>((a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray()));
                object.forEach((name, member) -> sorted.put((String) name, member));
                List<String> members = new ArrayList<>();
                sorted.forEach((name, member) -> members.add(quoted(name) + ":" + canonical(member)));
                return "{" + String.join(",", members) + "}";
            }
            if (value instanceof List<?> list) return "[" + String.join(",", list.stream().map(Json::canonical).toList()) + "]";
            return value instanceof String text ? quoted(text) : String.valueOf(value);
        }

        static String quoted(String text) {
            StringBuilder quoted = new StringBuilder("\"");
            for (char sign : text.toCharArray()) {
                int known = "\b\f\n\r\t\"\\".indexOf(sign);
                if (known >= 0) quoted.append('\\').append("bfnrt\"\\".charAt(known));
                else if (sign < 0x20) quoted.append(String.format("\\u%04x", (int) sign));
                else quoted.append(sign);
            }
            return quoted.append('"').toString();
        }
    }

    /** {@code {"context", "type", "envelope": hex or "text"}} or {@code {"context", "index", "normalizer", "value"}} per line. */
    public static void main(String[] arguments) throws Exception {
        PiiguardReader reader = open(Path.of(arguments[0]), bytes(System.getenv(arguments[1])));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) out.println(reader.answer(line));
    }

    private String answer(String line) {
        try {
            Map<String, Object> asked = object(Json.parse(line));
            String context = text(asked, "context");
            if (asked.containsKey("index")) {
                List<String> found = new ArrayList<>();
                for (byte[] index : indexes(context, text(asked, "index"), text(asked, "normalizer"), text(asked, "value")))
                    found.add(Json.quoted(HexFormat.of().formatHex(index)));
                return "{\"indexes\":[" + String.join(",", found) + "]}";
            }
            int type = number(asked, "type").intValue();
            byte[] plain = asked.containsKey("text")
                    ? decrypt(context, type, text(asked, "text"))
                    : decrypt(context, type, HexFormat.of().parseHex(text(asked, "envelope")));
            Object value = asked.containsKey("as") ? String.valueOf(decoded(context, type, plain)) : HexFormat.of().formatHex(plain);
            return "{\"plaintext\":" + Json.quoted((String) value) + "}";
        } catch (Refused refused) {
            return "{\"error\":" + Json.quoted(refused.reason.name()) + "}";
        }
    }
}
