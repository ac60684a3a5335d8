using System.Text;
using Mesh.Config.Yaml;
using Mesh.Hosting.Settings;

namespace Mesh.VmAgent.Bundle;

/// <summary>Reads files of a bundle; whatever is wrong becomes one message with the file's name.</summary>
internal static class BundleText
{
    /// <summary>Real files have some kilobytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null when the file does not exist.</summary>
    /// <exception cref="SettingsException">Not readable, larger than <see cref="MaxBytes"/>, or not UTF-8.</exception>
    public static string? Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return null;
            if (file.Length > MaxBytes) throw new SettingsException($"{path}: has {file.Length} bytes; more than {MaxBytes} is no file of a bundle");
            return Strict.GetString(ReadLimited(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path}: cannot be read: {exception.Message}");
        }
        catch (DecoderFallbackException)
        {
            throw new SettingsException($"{path}: is not UTF-8 text; copy the file again");
        }
    }

    /// <summary>A device has no length, and no end.</summary>
    private static ReadOnlySpan<byte> ReadLimited(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[MaxBytes + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= MaxBytes ? bytes.AsSpan(0, length) : throw new SettingsException($"{path}: has more than {MaxBytes} bytes; that is no file of a bundle");
    }

    /// <summary>The one map that the text is; null for an empty text.</summary>
    /// <exception cref="SettingsException">Not YAML, or not a map.</exception>
    public static YamlValue? ReadMap(string text, string origin)
    {
        try
        {
            var documents = YamlDocuments.Parse(text);
            if (documents.Count == 0 || documents[0].IsNull) return null;
            return documents[0].Kind == YamlKind.Map
                ? documents[0]
                : throw new SettingsException($"{origin}:{documents[0].Line}:{documents[0].Column}: must be a map like \"key: value\"");
        }
        catch (YamlSyntaxException exception)
        {
            throw new SettingsException($"{origin}:{exception.Line}:{exception.Column}: not valid YAML: {exception.Message}");
        }
    }
}
