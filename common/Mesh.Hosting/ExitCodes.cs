namespace Mesh.Hosting;

/// <summary>What our processes exit with; the numbers are contract (64 and 65 are those of sysexits.h, 79 is istioctl's).</summary>
public static class ExitCodes
{
    /// <summary>Did what was asked, or was asked to stop and stopped.</summary>
    public const int Ok = 0;

    /// <summary>Started rightly and failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong option, environment variable, configuration key or value: nothing was started.</summary>
    public const int Usage = 64;

    /// <summary>Input that cannot be read or parsed.</summary>
    public const int UnreadableInput = 65;

    /// <summary>An analysis ended with findings at or above the threshold.</summary>
    public const int Findings = 79;
}
