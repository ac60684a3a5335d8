using System.Text;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>
/// Reads a file of variables as <c>set -a; . FILE</c> of Istio's start script does: quotes, escapes, comments, line
/// continuations, several assignments on a line, <c>$NAME</c>. What would run a program is refused, and so is what a shell would
/// make something surprising of.
/// </summary>
/// <remarks>Source: POSIX.1-2017, Shell Command Language, 2.2 Quoting and 2.6 Word Expansions.</remarks>
internal sealed class ShellAssignments
{
    private readonly string text;
    private readonly string path;
    private readonly Dictionary<string, Sourced> variables;
    private int at;
    private int line = 1;
    private bool follows;

    private ShellAssignments(string text, string path, Dictionary<string, Sourced> variables)
    {
        this.text = text;
        this.path = path;
        this.variables = variables;
    }

    /// <param name="variables">Those set before; the file's are added, the last one wins.</param>
    /// <exception cref="SettingsException">With file, line and remedy.</exception>
    public static void Source(string text, string path, Dictionary<string, Sourced> variables) =>
        new ShellAssignments(text, path, variables).Run();

    private void Run()
    {
        while (SkipBlanks())
        {
            if (text[at] == '#')
            {
                while (at < text.Length && text[at] != '\n') at++;
                continue;
            }

            var start = line;
            var name = ReadName();
            // After an assignment it would be a command, and the assignment only that command's.
            if (name == "export" && !follows && at < text.Length && text[at] is (' ' or '\t')) continue;
            if (name.Length == 0 || at >= text.Length || text[at] != '=') throw Wrong("is not a variable; write NAME='value', one a line", start);
            at++;
            variables[name] = new Sourced(ReadValue(), $"{path}:{start} {name}");
            follows = true;
        }
    }

    /// <summary>False at the end.</summary>
    private bool SkipBlanks()
    {
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t') at++;
            else if (text[at] == '\n')
            {
                NextLine();
                follows = false;
            }
            else if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] == '\n')
            {
                at++;
                NextLine();
            }
            else return true;
        }

        return false;
    }

    private void NextLine()
    {
        at++;
        line++;
    }

    private string ReadName()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetter(text[at]) || text[at] == '_' || (at > start && char.IsAsciiDigit(text[at])))) at++;
        return text[start..at];
    }

    private string ReadValue()
    {
        var value = new StringBuilder();
        var mayBeHome = true;
        while (at < text.Length && text[at] is not (' ' or '\t' or '\n'))
        {
            var character = text[at];
            switch (character)
            {
                case '\'':
                    ReadSingleQuoted(value);
                    break;
                case '"':
                    ReadDoubleQuoted(value);
                    break;
                case '\\':
                    ReadEscaped(value);
                    break;
                case '$':
                    ReadReference(value, inQuotes: false);
                    break;
                case '~' when mayBeHome:
                case '`' or ';' or '|' or '&' or '<' or '>' or '(' or ')':
                    throw Wrong($"has {character} outside of quotes; put the value in single quotes");
                case '\r':
                    throw Wrong("ends in a carriage return; save the file with Unix line ends");
                case '\0':
                    throw Wrong("has a zero byte; copy the file again");
                default:
                    value.Append(character);
                    at++;
                    break;
            }

            mayBeHome = character == ':';
        }

        return value.ToString();
    }

    private void ReadSingleQuoted(StringBuilder value)
    {
        var start = line;
        for (at++; at < text.Length && text[at] != '\''; at++) Take(value);
        Close('\'', start);
    }

    private void ReadDoubleQuoted(StringBuilder value)
    {
        var start = line;
        at++;
        while (at < text.Length && text[at] != '"')
        {
            if (text[at] == '`') throw Wrong("has ` outside of single quotes; put the value in single quotes");
            if (text[at] == '$') ReadReference(value, inQuotes: true);
            else if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is ('$' or '`' or '"' or '\\' or '\n')) ReadEscaped(value);
            else
            {
                Take(value);
                at++;
            }
        }

        Close('"', start);
    }

    private void Take(StringBuilder value)
    {
        if (text[at] == '\0') throw Wrong("has a zero byte; copy the file again");
        if (text[at] == '\n') line++;
        value.Append(text[at]);
    }

    private void Close(char quote, int start)
    {
        if (at >= text.Length) throw Wrong($"has a {quote} that is never closed", start);
        at++;
    }

    private void ReadEscaped(StringBuilder value)
    {
        if (++at >= text.Length) throw Wrong("ends in a backslash; remove it");
        if (text[at] is '\r' or '\0') throw Wrong("has a control character after a backslash; copy the file again");
        // A backslash at the end of a line joins it to the next.
        if (text[at] == '\n') NextLine();
        else value.Append(text[at++]);
    }

    private void ReadReference(StringBuilder value, bool inQuotes)
    {
        at++;
        var braces = at < text.Length && text[at] == '{';
        if (braces) at++;
        var name = ReadName();
        if (braces)
        {
            if (name.Length == 0 || at >= text.Length || text[at] != '}')
                throw Wrong("has an expansion that is not understood here; write ${NAME}, or the value in single quotes");
            at++;
        }
        else if (name.Length == 0)
        {
            // $'...' and $"..." are quotes of their own, but only outside of quotes.
            var special = inQuotes ? "([@*#?-$!0123456789" : "([@*#?-$!0123456789'\"";
            if (at < text.Length && special.Contains(text[at], StringComparison.Ordinal))
                throw Wrong("has an expansion that is not understood here; put the value in single quotes");
            value.Append('$');
            return;
        }

        value.Append(Reference(name));
    }

    private string Reference(string name) => name != "_" && variables.TryGetValue(name, out var known)
        ? known.Text
        : throw Wrong($"refers to ${name}, which is set neither before nor in the environment; write the value itself");

    private SettingsException Wrong(string what, int? start = null) => new($"{path}:{start ?? line}: {what}");
}
