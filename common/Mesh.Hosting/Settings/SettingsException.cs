namespace Mesh.Hosting.Settings;

/// <summary>A wrong option, variable, key or value; the message says which, where and what is right.</summary>
public sealed class SettingsException(string message) : Exception(message);
