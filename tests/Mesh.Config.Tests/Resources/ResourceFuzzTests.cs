using System.Globalization;
using Mesh.Config.Diagnostics;
using Mesh.Config.Resources;

namespace Mesh.Config.Tests.Resources;

/// <summary>
/// Documents of every kind, damaged at random from a seed: whatever comes out, reading never throws, what is rejected has a
/// diagnostic, and what is accepted survives writing. A failure names the seed; run it alone by putting it into a case.
/// </summary>
public sealed class ResourceFuzzTests
{
    private const int RoundsPerDocument = 120;

    private static readonly string[] Values =
    [
        "", "null", "~", "-1", "0", "1e99", "99999999999999999999", "0x1F", "0.5", ".nan", "true", "no", "[]", "{}", "[{}]", "{a: b}",
        "\"\"", "\"*\"", "'a b'", "*", "&a x", "*a", "!!binary aGk=", "!x y", "|", ">-", "a: b", "- a", "2026-01-01", "1h", "-5s", "0.1ms",
        "\"\\u0000\"", "\"\\ud83d\"", "%", "@", "`", "{", "]", "\t", "# gone", "UNKNOWN", "10.0.0.0/99", "::1", "[[[[[[]]]]]]",
    ];

    public static TheoryData<string> Documents => [.. TestObjects.Everything().Select(value => value.Subject)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_damaged_document_ends_in_diagnostics_or_in_a_sound_object(string subject)
    {
        var text = MeshYaml.Write(TestObjects.Everything().First(value => value.Subject == subject));
        var accepted = 0;
        for (var seed = 0; seed < RoundsPerDocument; seed++)
        {
            var damaged = Damage(text, new Random(seed));
            try
            {
                if (Check(damaged)) accepted++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed.ToString(CultureInfo.InvariantCulture)}: {e.Message}\n{damaged}");
            }
        }

        // Only harmless or only hopeless damage would test nothing.
        Assert.InRange(accepted, 1, RoundsPerDocument - 10);
    }

    /// <returns>True when the object was accepted.</returns>
    private static bool Check(string text)
    {
        var result = MeshYaml.Read(text, "f.yaml");

        var lines = text.Count(c => c == '\n') + 1;
        foreach (var diagnostic in result.Diagnostics)
        {
            Assert.Equal("f.yaml", diagnostic.Location.Origin);
            Assert.InRange(diagnostic.Location.Line, 1, lines + 1);
            Assert.True(diagnostic.Location.Column >= 1, diagnostic.ToString());
            Assert.NotEmpty(diagnostic.Message);
        }

        if (result.Objects.IsEmpty && IsMoreThanComments(text)) Assert.NotEmpty(result.Diagnostics);
        foreach (var value in result.Objects)
        {
            var again = MeshYaml.Read(MeshYaml.Write(value), "again.yaml");
            Assert.DoesNotContain(again.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
            Assert.True(MeshYaml.Same(value, Assert.Single(again.Objects)), "the object changed by writing");
        }

        return !result.Objects.IsEmpty;
    }

    private static bool IsMoreThanComments(string text) =>
        text.Split('\n').Any(line => line.Trim() is not ("" or "---" or "null" or "~") && !line.TrimStart().StartsWith('#'));

    private static string Damage(string text, Random random)
    {
        var lines = text.TrimEnd('\n').Split('\n').ToList();
        for (var times = 1 + random.Next(3); times > 0 && lines.Count > 1; times--)
        {
            var at = random.Next(lines.Count);
            var line = lines[at];
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            switch (random.Next(9))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(at, line);
                    break;
                case 2:
                    lines[at] = random.Next(2) == 0 ? "  " + line : line.StartsWith("  ", StringComparison.Ordinal) ? line[2..] : line;
                    break;
                case 3 or 4 when colon >= 0:
                    lines[at] = line[..(colon + 1)] + " " + Values[random.Next(Values.Length)];
                    break;
                case 5 when colon > 1:
                    lines[at] = line.Remove(random.Next(colon), 1);
                    break;
                case 6:
                    var other = random.Next(lines.Count);
                    (lines[at], lines[other]) = (lines[other], line);
                    break;
                case 7:
                    lines[at] = line.Insert(random.Next(line.Length + 1), Values[random.Next(Values.Length)]);
                    break;
                default:
                    lines[at] = line[..random.Next(line.Length + 1)];
                    break;
            }
        }

        return string.Join('\n', lines) + "\n";
    }
}
