using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Hosting;

/// <summary>What .NET has no word for about open files and sockets.</summary>
/// <remarks>Source: fcntl(2); the numbers are Linux's.</remarks>
public static class Descriptors
{
    private const int SetDescriptorFlags = 2;
    private const int SetStatusFlags = 4;
    private const int CloseOnExec = 1;
    private const int Append = 0x400;

    /// <summary>Whether a program that this process starts from now on gets the descriptor too, under the same number.</summary>
    /// <exception cref="IOException">It is not open.</exception>
    public static void SetInheritable(int descriptor, bool inheritable) =>
        Control(descriptor, SetDescriptorFlags, inheritable ? 0 : CloseOnExec);

    /// <summary>Every write goes to the end of the file as it is then, whoever else writes to it.</summary>
    /// <remarks><see cref="FileMode.Append"/> seeks to the end once: two processes would write over each other's lines.</remarks>
    /// <exception cref="IOException">The file system cannot.</exception>
    public static void SetAppending(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (OperatingSystem.IsLinux()) Control((int)file.DangerousGetHandle(), SetStatusFlags, Append);
        GC.KeepAlive(file);
    }

    private static void Control(int descriptor, int command, int argument)
    {
        if (Fcntl(descriptor, command, argument) < 0)
            throw new IOException($"descriptor {descriptor}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fcntl(int descriptor, int command, int argument);
}
